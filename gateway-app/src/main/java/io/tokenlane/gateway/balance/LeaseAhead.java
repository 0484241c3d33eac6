package io.tokenlane.gateway.balance;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.gateway.call.InferenceCall;
import java.util.concurrent.CompletableFuture;

/** Leases the node that a call would be given, before it comes. */
public final class LeaseAhead {
  private final LateBinding line;
  private final Leasing leasing;

  LeaseAhead(LateBinding line, Leasing leasing) {
    this.line = line;
    this.leasing = leasing;
  }

  /**
   * The node that the route's strategy chooses for {@code call} now; whoever takes the lease closes
   * it. Fails where there is no node.
   */
  public CompletableFuture<Lease> lease(InferenceCall call, String route) {
    return leasing.ahead(line, call, route);
  }
}
