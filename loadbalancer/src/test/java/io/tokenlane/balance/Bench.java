package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A pool with its own clock and seeded chance. */
final class Bench {
  static final PoolSettings SETTINGS =
      new PoolSettings(
          0.3,
          3,
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          0.5,
          0.2,
          1,
          true);

  final NodePool pool;
  private long now = 1_000_000_000L;

  Bench(String... ids) {
    this(SETTINGS, Arrays.stream(ids).map(Bench::node).toList());
  }

  Bench(PoolSettings settings, List<Node> nodes) {
    SplittableRandom random = new SplittableRandom(7);
    pool = new NodePool(settings, () -> now, random::nextInt);
    pool.replace(nodes);
  }

  static Node node(String id) {
    return new Node(id, URI.create("http://" + id + ":8091"));
  }

  void pass(Duration time) {
    now += time.toNanos();
  }

  void passMillis(long millis) {
    pass(Duration.ofMillis(millis));
  }

  Lease acquire(String... excluded) {
    return acquire(Strategies.DEFAULT, null, excluded);
  }

  Lease acquire(BalancingStrategy strategy, @Nullable String key, String... excluded) {
    return pool.acquire(strategy, Demand.keyed(key).without(Set.of(excluded))).orElseThrow();
  }

  /** A lease on this very node, whatever the strategy prefers; only while the node serves. */
  Lease on(String id) {
    return acquire(
        Strategies.DEFAULT,
        null,
        pool.nodes().stream()
            .map(Node::id)
            .filter(other -> !other.equals(id))
            .toArray(String[]::new));
  }

  NodeSnapshot see(String id) {
    return pool.snapshot().stream()
        .filter(seen -> seen.node().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  NodeState state(String id) {
    return see(id).state();
  }

  void eject(String id) {
    for (int i = 0; i < 3; i++) {
      on(id).dropped("connection refused");
    }
  }
}
