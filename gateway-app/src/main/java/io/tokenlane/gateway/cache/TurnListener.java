package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.InferenceCall;
import tools.jackson.databind.node.ObjectNode;

/** Told about the turns of conversations with models. */
public interface TurnListener {
  /** Does nothing. */
  TurnListener NONE =
      new TurnListener() {
        @Override
        public void asked(Turn turn) {}

        @Override
        public void answered(Turn turn, ObjectNode answer) {}
      };

  /** A chat's next turn was asked for. */
  void asked(Turn turn);

  /**
   * It was answered from what is stored, so that perhaps no node has computed it.
   *
   * @param answer in one piece; not to be changed
   */
  void answered(Turn turn, ObjectNode answer);

  /**
   * A chat's turn.
   *
   * @param route the id of its route
   * @param owner whose it is; empty text where nobody has proved who it is
   */
  record Turn(InferenceCall call, String route, String owner) {}
}
