package io.tokenlane.gateway.resilience;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What Resilience4j was configured to ask before, and to be told after, an exchange on one route or
 * node. Its own Reactor operators end when the status is known; here the true end is told.
 */
record Permits(
    @Nullable RateLimiter rate, @Nullable Bulkhead bulkhead, @Nullable CircuitBreaker breaker) {

  /** Who said no. */
  enum Refusal {
    RATE,
    BULKHEAD,
    BREAKER
  }

  /** How an exchange ended. */
  enum End {
    WELL,
    BADLY,
    /** Says nothing: the client left. */
    OPEN
  }

  boolean isEmpty() {
    return rate == null && bulkhead == null && breaker == null;
  }

  /** Takes all permits, or none and says who refused. */
  @Nullable Refusal take() {
    if (breaker != null && !breaker.tryAcquirePermission()) {
      return Refusal.BREAKER;
    }
    if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
      giveBreakerBack();
      return Refusal.BULKHEAD;
    }
    if (rate != null && !rate.acquirePermission()) {
      giveBreakerBack();
      if (bulkhead != null) {
        bulkhead.releasePermission();
      }
      return Refusal.RATE;
    }
    return null;
  }

  private void giveBreakerBack() {
    if (breaker != null) {
      breaker.releasePermission();
    }
  }

  void give(End end, long nanos, Throwable why) {
    if (bulkhead != null) {
      bulkhead.onComplete();
    }
    if (breaker != null) {
      switch (end) {
        case WELL -> breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        case BADLY -> breaker.onError(nanos, TimeUnit.NANOSECONDS, why);
        case OPEN -> breaker.releasePermission();
      }
    }
  }
}
