package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.route.RouteConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** One node of one slot, and a line of one place: what is told of it. */
final class LineMetersTest {
  private static final Route ROUTE =
      Route.async()
          .id(RouteConfig.NODES_ROUTE)
          .uri("node://nodes")
          .predicate(exchange -> true)
          .build();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final LateBinding line = new LateBinding(pool, 1);
  private final LineMeters meters = new LineMeters(registry, line);
  private final Leasing leasing =
      new Leasing(
          new BlockIndex(),
          new ModelCatalog(),
          () ->
              new Leasing.Way(
                  Strategies.named("ewma"), Map.of(), "ip", Map.of(), Duration.ofNanos(1)));
  private final Attempting terms =
      new Attempting(1, new RetryBudget(1), Duration.ofSeconds(1), false);
  private final NodeSources none =
      new NodeSources(pool, new NodeList(List.of()), entry -> Mono.empty());
  private final NodeMeters nodeMeters = new NodeMeters(registry, pool);
  private final BalanceFilter filter =
      new BalanceFilter(line, meters, leasing, () -> terms, nodeMeters, new Standby(pool, none));
  private final NodeTurns turns =
      new NodeTurns(
          line,
          leasing,
          none,
          new NodeTurns.Hearers(nodeMeters, meters, new FleetEnergy(pool)),
          () -> terms);

  private void fleet(int nodes) {
    pool.replace(
        List.of(new Node("n", URI.create("http://127.0.0.1:9000"), 1, 1)).subList(0, nodes));
  }

  /** A call through the filters, whose answer never comes. */
  private Disposable call() {
    MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
    exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, ROUTE);
    Trail.start(exchange, "id", 0);
    return filter.filter(exchange, passed -> Mono.never()).onErrorComplete().subscribe();
  }

  /** The same for one that passes beside the filters. */
  private void plain() {
    var _ = turns.begin("r", "GET", name -> null, "192.0.2.1").look();
  }

  private double waiting() {
    return registry.get("tokenlane.balance.waiting").gauge().value();
  }

  private String refused() {
    return registry.get("tokenlane.balance.refused").counters().stream()
        .map(counter -> counter.getId().getTag("reason") + " " + (int) counter.count())
        .sorted()
        .toList()
        .toString();
  }

  @Test
  void whoWaitsForASlotIsSeen() {
    fleet(1);
    call();
    assertThat(waiting()).isZero();

    Disposable second = call();
    assertThat(waiting()).isEqualTo(1);
    assertThat(refused()).isEqualTo("[line_full 0, no_node 0, too_late 0]");

    second.dispose();
    assertThat(waiting()).isZero();
  }

  @Test
  void whoGetsNoneIsCountedByTheReason() {
    call();
    plain();
    assertThat(refused()).isEqualTo("[line_full 0, no_node 2, too_late 0]");

    fleet(1);
    call();
    call();
    call();
    plain();
    assertThat(refused()).isEqualTo("[line_full 2, no_node 2, too_late 0]");

    line.tick();
    assertThat(refused()).isEqualTo("[line_full 2, no_node 2, too_late 1]");
    assertThat(waiting()).isZero();
  }

  @Test
  void whoGoesAwayIsNotRefused() {
    fleet(1);
    call();
    NodeTurn turn = turns.begin("r", "GET", name -> null, "192.0.2.1");
    var _ = turn.look();
    turn.leave();

    assertThat(refused()).isEqualTo("[line_full 0, no_node 0, too_late 0]");
  }
}
