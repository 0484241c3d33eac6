package io.tokenlane.engine;

/** The engine takes no further generation now; the message says why. */
public final class EngineBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineBusyException(String message) {
    super(message);
  }
}
