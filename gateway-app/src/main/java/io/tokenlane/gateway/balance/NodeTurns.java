package io.tokenlane.gateway.balance;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Nodes for requests that go to them beside the filters: leased, given back, counted and retried as
 * {@link BalanceFilter} and {@link ForwardFilter} do it.
 */
public final class NodeTurns {
  private final LateBinding line;
  private final Leasing leasing;
  private final NodeSources sources;
  private final Hearers hearers;
  private final Supplier<Attempting> attempting;

  /** Who hears of picks and refusals, and of what nodes say of themselves. */
  record Hearers(NodeMeters meters, LineMeters line, FleetEnergy fleet) {}

  NodeTurns(
      LateBinding line,
      Leasing leasing,
      NodeSources sources,
      Hearers hearers,
      Supplier<Attempting> attempting) {
    this.line = line;
    this.leasing = leasing;
    this.sources = sources;
    this.hearers = hearers;
    this.attempting = attempting;
  }

  /** Whether the route's nodes are chosen by nothing but what a turn is told. */
  public boolean suffice(String route) {
    return !sources.standby() && !leasing.byCookie(route);
  }

  /**
   * A request has come.
   *
   * @param method its method, as {@code GET}
   * @param fields the value of a header field; null where it is missing
   * @param client its address
   */
  public NodeTurn begin(
      String route, String method, Function<String, @Nullable String> fields, String client) {
    Attempting now = attempting.get();
    now.budget().request();
    return new NodeTurn(this, now, method, new NodeTurn.Asker(route, fields, client));
  }

  CompletableFuture<Lease> lease(NodeTurn.Asker asker, Set<String> tried) {
    CompletableFuture<Lease> found =
        leasing.plain(line, asker.route(), asker.fields(), asker.client(), tried);
    var _ = found.whenComplete((lease, failure) -> refused(failure));
    return found;
  }

  private void refused(@Nullable Throwable failure) {
    if (failure instanceof NoSlotException none) {
      hearers.line().refused(none);
    }
  }

  NodeMeters meters() {
    return hearers.meters();
  }

  boolean anyBut(Set<String> tried) {
    return sources.pool().anyBut(tried);
  }

  void told(String nodeId, String load) {
    LoadHeader.read(load).ifPresent(told -> hearers.fleet().told(nodeId, told));
  }

  Optional<String> apiKey(String nodeId) {
    return sources.apiKey(nodeId);
  }
}
