package io.tokenlane.gateway.balance;

/** A node answered that it cannot serve; another one may. */
public final class NodeFailedException extends RuntimeException {
  private static final int UNSENT = 0;

  private final int status;

  NodeFailedException(int status) {
    this(status, "status " + status);
  }

  private NodeFailedException(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  /** The node was not even asked, for it is known to be busy or failing. */
  public static NodeFailedException unsent(String why) {
    return new NodeFailedException(UNSENT, why);
  }

  boolean wasSent() {
    return status != UNSENT;
  }

  int status() {
    return status;
  }
}
