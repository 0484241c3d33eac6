package io.tokenlane.gateway.balance;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.health.Probe;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Spares nodes, and the gateway, most questions while no call comes: a node that was well is asked
 * again after some seconds only. One that was not well is asked each time, so that it is back as
 * soon as ever; one that dies meanwhile costs the first call a second attempt.
 */
final class Resting implements Probe {
  /** Of the rounds of questions one in so many is made. */
  static final int ROUNDS = 10;

  private static final long AFTER_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long WELL_FOR_NANOS = Duration.ofSeconds(5).toNanos();

  private final NodePool pool;
  private final Probe probe;
  private final LongSupplier clock;

  /** When each node was asked and found well; of those that left nothing is kept. */
  private final Map<String, Long> wellAt =
      Caffeine.newBuilder()
          .expireAfterWrite(Duration.ofNanos(WELL_FOR_NANOS))
          .<String, Long>build()
          .asMap();

  Resting(NodePool pool, Probe probe, LongSupplier clock) {
    this.pool = pool;
    this.probe = probe;
    this.clock = clock;
  }

  /** Whether no call has come for a while. */
  static boolean of(NodePool pool) {
    return pool.quietNanos() > AFTER_NANOS;
  }

  @Override
  public CompletionStage<Boolean> check(Node node) {
    long now = clock.getAsLong();
    Long well = wellAt.get(node.id());
    if (well != null && of(pool) && now - well < WELL_FOR_NANOS) {
      return CompletableFuture.completedFuture(true);
    }
    wellAt.remove(node.id());
    return probe
        .check(node)
        .thenApply(
            answer -> {
              if (answer) {
                wellAt.put(node.id(), now);
              }
              return answer;
            });
  }
}
