package io.tokenlane.engine;

/** Why a generation ended. */
public enum FinishReason {
  /** An end-of-sequence or stop token was generated. */
  STOP,
  /** The wanted number of tokens, or the end of the context, was reached. */
  LENGTH,
  /** The caller cancelled it. */
  CANCELLED
}
