package io.tokenlane.gateway.balance;

/** A node answered that it cannot serve; another one may. */
final class NodeFailedException extends RuntimeException {
  private final int status;

  NodeFailedException(int status) {
    super("status " + status, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
