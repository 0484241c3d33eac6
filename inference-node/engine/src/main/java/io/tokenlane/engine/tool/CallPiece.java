package io.tokenlane.engine.tool;

/** A piece of an answer of a model that may call tools, in order. */
public sealed interface CallPiece {

  /** Text that is no call. */
  record Text(String text) implements CallPiece {}

  /**
   * A call begins.
   *
   * @param index of the call in the answer, from 0
   * @param name of the tool
   */
  record Start(int index, String name) implements CallPiece {}

  /**
   * More of the arguments of a call that has begun, as JSON text.
   *
   * @param index of the call
   */
  record Arguments(int index, String json) implements CallPiece {}
}
