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
public final class Watchman {
  private static final Duration ROUND = Duration.ofMillis(100);

  /** An attempt under way. */
  public interface Watched {
    /** Looks at the time, and whether its node is down; called on the watchman's thread. */
    void look(DownNodes down);

    /** The gateway ends now: so does the attempt, in a way that its client is told of. */
    void stop();
  }

  private final Set<Watched> watches = ConcurrentHashMap.newKeySet();
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
    begin(watch);
    return watch;
  }

  /** Looks at it from now on. */
  public void begin(Watched watched) {
    watches.add(watched);
    rounds.wake();
  }

  /** Looks at it no more. */
  public void end(Watched watch) {
    watches.remove(watch);
  }

  /** Attempts under way. */
  int size() {
    return watches.size();
  }

  /** Ends all attempts. */
  void stop() {
    watches.forEach(Watched::stop);
  }

  void round() {
    if (!watches.isEmpty()) {
      DownNodes down = new DownNodes(pool.snapshot());
      watches.forEach(watch -> watch.look(down));
    }
  }
}
