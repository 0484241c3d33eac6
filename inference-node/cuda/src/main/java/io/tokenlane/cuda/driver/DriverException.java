package io.tokenlane.cuda.driver;

/** A call of the CUDA driver failed. The message names the call and the driver's reason. */
public final class DriverException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DriverException(String message) {
    super(message);
  }
}
