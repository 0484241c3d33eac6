package io.tokenlane.node.answer;

import io.tokenlane.engine.FinishReason;

/** Why an answer ended. */
public enum EndReason {
  /** The model ended it, or a stop text was found. */
  STOP,
  /** The wanted number of tokens, or the end of the context, was reached. */
  LENGTH,
  /** The model wants tools to be called. */
  TOOL_CALLS,
  /** The client went away. */
  CANCELLED;

  static EndReason of(FinishReason reason) {
    return switch (reason) {
      case STOP -> STOP;
      case LENGTH -> LENGTH;
      case CANCELLED -> CANCELLED;
    };
  }
}
