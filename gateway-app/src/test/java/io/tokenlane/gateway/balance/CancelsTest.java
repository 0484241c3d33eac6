package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.route.RouteConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * A hundred thousand calls through the filter that leases, on two threads, before nodes at their
 * limits: each is given up at a moment of its own (while it waits for a slot, on a node, between
 * two attempts, while two nodes have it, after its end) by another thread than the one it runs on.
 * Nothing is left in flight.
 */
final class CancelsTest {
  private static final int CALLS = 100_000;
  private static final int AT_ONCE = 32;

  /** Soon asked of a second node. */
  private static final InferenceCall STREAM =
      CallParser.parse(CallKind.CHAT, "{\"stream\":true}".getBytes(StandardCharsets.UTF_8));

  private static final Route ROUTE =
      Route.async()
          .id(RouteConfig.NODES_ROUTE)
          .uri("node://nodes")
          .predicate(exchange -> true)
          .build();

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final LateBinding line = new LateBinding(pool, 1_000);
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final BalanceFilter filter;

  CancelsTest() {
    NodeSources none = new NodeSources(pool, new NodeList(List.of()), entry -> Mono.empty());
    pool.replace(
        IntStream.range(0, 8)
            .mapToObj(i -> new Node("n" + i, URI.create("http://127.0.0.1:" + (9000 + i)), 1, 3))
            .toList());
    Leasing.Way way =
        new Leasing.Way(Strategies.named("ewma"), Map.of(), "ip", Map.of(), Duration.ofSeconds(30));
    Attempting terms = new Attempting(3, new RetryBudget(1), Duration.ofNanos(20_000), false);
    filter =
        new BalanceFilter(
            line,
            new LineMeters(new SimpleMeterRegistry(), line),
            new Leasing(new BlockIndex(), new ModelCatalog(), () -> way),
            () -> terms,
            new NodeMeters(new SimpleMeterRegistry(), pool),
            new Standby(pool, none));
  }

  private static GatewayFilterChain chain(int how) {
    return exchange ->
        switch (how % 5) {
          case 0 -> Mono.empty();
          case 1 -> Mono.error(new NodeFailedException(503));
          default -> Mono.never();
        };
  }

  private Disposable begin(int how) {
    MockServerWebExchange exchange =
        MockServerWebExchange.from(MockServerHttpRequest.get("/v1/chat/completions"));
    exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, ROUTE);
    Trail trail = Trail.start(exchange, "id", System.nanoTime());
    if (how == 1 || how == 7) {
      trail.admitted(STREAM);
    }
    return filter
        .filter(exchange, chain(how))
        .onErrorComplete()
        .doFinally(signal -> end(trail, signal))
        .subscribe();
  }

  private void end(Trail trail, SignalType signal) {
    boolean gone = signal == SignalType.CANCEL;
    (gone ? cancelled : ended).incrementAndGet();
    trail.closeLease(200, gone ? Trail.End.CANCELLED : Trail.End.DONE);
  }

  private void calls(long seed, Disposable[] open, CountDownLatch over) {
    Random random = new Random(seed);
    for (int i = 0; i < CALLS / 2; i++) {
      Disposable mine = begin(random.nextInt(10));
      int place = random.nextInt(AT_ONCE);
      Disposable other;
      synchronized (open) {
        other = open[place];
        open[place] = mine;
      }
      if (other != null) {
        other.dispose();
      }
    }
    over.countDown();
  }

  @Test
  void leaveNothingInFlight() throws InterruptedException {
    long seed = new Random().nextLong();
    Disposable[] open = new Disposable[AT_ONCE];
    CountDownLatch over = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      long own = seed + i;
      Thread.ofPlatform().daemon().start(() -> calls(own, open, over));
    }
    assertThat(over.await(5, TimeUnit.MINUTES)).as("seed %d: both threads end", seed).isTrue();
    for (Disposable last : open) {
      if (last != null) {
        last.dispose();
      }
    }
    assertThat(cancelled.get() + ended.get()).as("seed %d", seed).isEqualTo(CALLS);
    assertThat(cancelled.get()).isGreaterThan(CALLS / 4);
    assertThat(pool.snapshot()).as("seed %d", seed).allMatch(node -> node.inFlight() == 0);
    assertThat(line.waiting()).as("seed %d", seed).isZero();
  }
}
