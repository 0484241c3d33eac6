package io.tokenlane.gateway.resilience;

import io.tokenlane.balance.NodePool;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Goes round ten times a second and looks at every attempt under way. */
final class Watchman {
  private static final long ROUND_MILLIS = 100;

  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final NodePool pool;
  private final LongSupplier clock;

  Watchman(NodePool pool, LongSupplier clock) {
    this.pool = pool;
    this.clock = clock;
  }

  void start(ScheduledExecutorService clockwork) {
    var _ =
        clockwork.scheduleWithFixedDelay(
            this::round, ROUND_MILLIS, ROUND_MILLIS, TimeUnit.MILLISECONDS);
  }

  Watch begin(
      @Nullable String node, TimeLimits limits, boolean firstByteCounts, long requestNanos) {
    Watch watch = new Watch(node, limits, firstByteCounts, requestNanos, clock);
    watches.add(watch);
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
