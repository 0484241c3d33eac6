package io.tokenlane.engine.token;

/** A tokenizer's description cannot be used; the message names the part, the value and why. */
public final class TokenizerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public TokenizerException(String message) {
    super(message);
  }
}
