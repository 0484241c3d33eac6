package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Candidates;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.route.RouteConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Whom a call goes to, one after the other or two at once, among eight nodes. */
final class AttemptsTest {
  private static final int MOST = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Route ROUTE =
      Route.async()
          .id(RouteConfig.NODES_ROUTE)
          .uri("node://nodes")
          .predicate(exchange -> true)
          .build();

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final MockServerWebExchange exchange =
      MockServerWebExchange.from(MockServerHttpRequest.get("/v1/chat/completions"));
  private final Trail trail = Trail.start(exchange, "id", System.nanoTime());
  private final List<String> asked = new ArrayList<>();

  private Mono<Void> sent(
      BalancingStrategy strategy, Function<ServerWebExchange, Mono<Void>> nodes) {
    NodeSources none = new NodeSources(pool, new NodeList(List.of()), entry -> Mono.empty());
    pool.replace(
        IntStream.range(0, 8)
            .mapToObj(i -> new Node("n" + i, URI.create("http://127.0.0.1:" + (9000 + i)), 1, 3))
            .toList());
    Leasing.Way way = new Leasing.Way(strategy, Map.of(), "ip", Map.of(), PATIENCE);
    Attempting terms = new Attempting(MOST, new RetryBudget(1), Duration.ofNanos(1), false);
    LateBinding line = new LateBinding(pool, 1_000);
    BalanceFilter filter =
        new BalanceFilter(
            line,
            new LineMeters(new SimpleMeterRegistry(), line),
            new Leasing(new BlockIndex(), new ModelCatalog(), () -> way),
            () -> terms,
            new NodeMeters(new SimpleMeterRegistry(), pool),
            new Standby(pool, none));
    exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, ROUTE);
    return filter
        .filter(exchange, nodes::apply)
        .doFinally(signal -> trail.closeLease(200, Trail.End.DONE));
  }

  private String node() {
    String id = trail.node().orElseThrow();
    asked.add(id);
    return id;
  }

  /** They are held, or have no permit: nothing was sent there. */
  @Test
  void nodesThatWereNotAskedDoNotCount() {
    StepVerifier.create(
            sent(
                Strategies.DEFAULT,
                attempt ->
                    node().equals("n7")
                        ? Mono.empty()
                        : Mono.error(NodeFailedException.unsent("no permit"))))
        .expectComplete()
        .verify(PATIENCE);
    assertThat(asked).contains("n7").doesNotHaveDuplicates();
    assertThat(pool.snapshot()).allMatch(node -> node.inFlight() == 0 && node.successRate() == 1);
  }

  @Test
  void whereNobodyCanBeAskedAllAreBusy() {
    StepVerifier.create(
            sent(
                Strategies.DEFAULT,
                attempt -> {
                  node();
                  return Mono.error(NodeFailedException.unsent("no permit"));
                }))
        .expectErrorMessage(Leasing.allRefused().text())
        .verify(PATIENCE);
    assertThat(asked).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void nodesThatWereAskedCount() {
    AtomicInteger refusals = new AtomicInteger();
    StepVerifier.create(
            sent(
                Strategies.DEFAULT,
                attempt -> {
                  boolean even = node().charAt(1) % 2 == 0;
                  return Mono.error(
                      even
                          ? NodeFailedException.unsent("no permit")
                          : new NodeFailedException(500 + refusals.incrementAndGet()));
                }))
        .expectError()
        .verify(PATIENCE);
    assertThat(refusals).hasValue(MOST);
  }

  /** The first begins in the moment in which the second one is chosen. */
  @Test
  void whoHasWonIsNotLeftForAnother() {
    trail.admitted(
        CallParser.parse(CallKind.CHAT, "{\"stream\":true}".getBytes(StandardCharsets.UTF_8)));
    Sinks.Many<DataBuffer> first = Sinks.many().unicast().onBackpressureBuffer();
    AtomicInteger picks = new AtomicInteger();
    Runnable begins =
        () -> {
          if (picks.incrementAndGet() == 2) {
            first.tryEmitNext(DefaultDataBufferFactory.sharedInstance.wrap(new byte[1]));
            first.tryEmitComplete();
          }
        };
    StepVerifier.create(
            sent(
                new Watched(begins),
                attempt -> {
                  node();
                  return asked.size() == 1
                      ? attempt.getResponse().writeWith(first.asFlux())
                      : Mono.never();
                }))
        .expectComplete()
        .verify(PATIENCE);
    assertThat(picks).hasValue(2);
    assertThat(trail.node()).hasValue(asked.getFirst());
    assertThat(pool.snapshot()).allMatch(node -> node.inFlight() == 0);
  }

  private record Watched(Runnable before) implements BalancingStrategy {
    @Override
    public String name() {
      return "watched";
    }

    @Override
    public int choose(Candidates candidates) {
      before.run();
      return Strategies.DEFAULT.choose(candidates);
    }
  }
}
