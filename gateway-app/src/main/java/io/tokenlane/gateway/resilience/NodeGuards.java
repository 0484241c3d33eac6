package io.tokenlane.gateway.resilience;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.tokenlane.balance.NodePool;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The guards of nodes, by node id. */
public final class NodeGuards {
  private final ConcurrentHashMap<String, NodeGuard> guards = new ConcurrentHashMap<>();
  private final Registries registries;
  private final NodePool pool;
  private final LongSupplier clock;

  /** Resilience4j's instances by name. */
  record Registries(
      CircuitBreakerRegistry breakers, BulkheadRegistry bulkheads, RateLimiterRegistry rates) {

    /** Refuses bulkheads that would hold the thread that asks them: it serves others too. */
    Registries {
      for (Bulkhead one : bulkheads.getAllBulkheads()) {
        Duration wait = one.getBulkheadConfig().getMaxWaitDuration();
        if (!wait.isZero()) {
          throw new IllegalArgumentException(
              "resilience4j.bulkhead.instances."
                  + one.getName()
                  + ".max_wait_duration: "
                  + wait
                  + " (expected: 0, as nobody waits for a place)");
        }
      }
    }

    Permits permits(String name) {
      return new Permits(
          rates.find(name).orElse(null),
          bulkheads.find(name).orElse(null),
          breakers.find(name).orElse(null));
    }
  }

  /** Tells the pool which nodes are to be left alone, so that others are chosen. */
  NodeGuards(Registries registries, NodePool pool, LongSupplier clock) {
    this.registries = registries;
    this.pool = pool;
    this.clock = clock;
  }

  /** Whether nothing is configured for the node that has to be asked first. */
  public boolean isPlain(String nodeId) {
    return of(nodeId).isPlain();
  }

  /** Whether the node asked to be left alone, and the time is not over. */
  public boolean isHeld(String nodeId) {
    return of(nodeId).isHeld();
  }

  /**
   * A node without permits has answered.
   *
   * @param retryAfter what it said so; null where it did not
   */
  public void answered(String nodeId, int status, @Nullable String retryAfter) {
    of(nodeId).answered(status, retryAfter);
  }

  NodeGuard of(String nodeId) {
    return guards.computeIfAbsent(
        nodeId, id -> new NodeGuard(registries.permits(id), clock, nanos -> pool.hold(id, nanos)));
  }
}
