package io.tokenlane.gateway.resilience;

import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.clock.Rounds;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Goes round ten times a second, and looks at every attempt under way, while there are any. */
final class Watchman {
  private static final Duration ROUND = Duration.ofMillis(100);

  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final NodePool pool;
  private final LongSupplier clock;
  private final Rounds rounds;

  Watchman(NodePool pool, LongSupplier clock, ScheduledExecutorService clockwork) {
    this.pool = pool;
    this.clock = clock;
    this.rounds = new Rounds(clockwork, ROUND, () -> !watches.isEmpty(), this::round);
  }

  Watch begin(
      @Nullable String node, TimeLimits limits, boolean firstByteCounts, long requestNanos) {
    Watch watch = new Watch(node, limits, firstByteCounts, requestNanos, clock);
    watches.add(watch);
    rounds.wake();
    return watch;
  }

  void end(Watch watch) {
    watches.remove(watch);
  }

  /** Attempts under way. */
  int size() {
    return watches.size();
  }

  void round() {
    if (!watches.isEmpty()) {
      DownNodes down = new DownNodes(pool.snapshot());
      watches.forEach(watch -> watch.look(down));
    }
  }
}
