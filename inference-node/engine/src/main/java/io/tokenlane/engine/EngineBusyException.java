package io.tokenlane.engine;

/** The engine takes no further generation now; the message says why. */
public final class EngineBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int retryAfterSeconds;

  /**
   * @param retryAfterSeconds when there is likely to be room again, at least 1
   */
  public EngineBusyException(String message, int retryAfterSeconds) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** When there is likely to be room again, in seconds, at least 1. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
