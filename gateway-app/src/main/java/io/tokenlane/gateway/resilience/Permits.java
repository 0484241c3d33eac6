package io.tokenlane.gateway.resilience;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.tokenlane.gateway.error.ApiException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

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
    /** Says nothing: the client left, or asked for what cannot be. */
    OPEN;

    private static final int SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;

    /** How one ends whose answer has this status; 0 where there was none. */
    static End of(int status) {
      return status >= SERVER_ERROR && status != NOT_IMPLEMENTED ? BADLY : WELL;
    }

    /** How one ends that fails. */
    static End of(Throwable failure) {
      return failure instanceof ApiException refusal && refusal.isClients() ? OPEN : BADLY;
    }
  }

  /**
   * What became of a question for all permits: they were refused, or are there after a wait.
   *
   * @param refusal null where they were taken
   * @param waitNanos until they may be used, ≥ 0
   */
  record Taken(@Nullable Refusal refusal, long waitNanos) {
    private static final Taken AT_ONCE = new Taken(null, 0);

    private static Taken refused(Refusal by) {
      return new Taken(by, 0);
    }

    /** The exchange, begun when it may; who gives up meanwhile has {@link #give} told. */
    Mono<Void> whenDue(Mono<Void> exchange) {
      return waitNanos == 0 ? exchange : Mono.delay(Duration.ofNanos(waitNanos)).then(exchange);
    }
  }

  boolean isEmpty() {
    return rate == null && bulkhead == null && breaker == null;
  }

  /** Takes all permits, or none and says who refused. Never blocks. */
  Taken take() {
    if (breaker != null && !breaker.tryAcquirePermission()) {
      return Taken.refused(Refusal.BREAKER);
    }
    if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
      giveBreakerBack();
      return Taken.refused(Refusal.BULKHEAD);
    }
    long wait = rate == null ? 0 : rate.reservePermission();
    if (wait < 0) {
      giveBreakerBack();
      if (bulkhead != null) {
        bulkhead.releasePermission();
      }
      return Taken.refused(Refusal.RATE);
    }
    return wait == 0 ? Taken.AT_ONCE : new Taken(null, wait);
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
