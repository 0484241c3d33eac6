package io.tokenlane.gateway.resilience;

import io.tokenlane.gateway.balance.NodeFailedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * What stands before one node: its permits, and the time it asked to be left alone with {@code
 * Retry-After} (RFC 9110 §10.2.3). Who is refused here was not sent, and goes elsewhere at once.
 */
final class NodeGuard {
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  /** A node that asks for more is asked again after this long. */
  private static final long LONGEST_SECONDS = 60;

  private final Permits permits;
  private final LongSupplier clock;
  private final LongConsumer whenHeld;
  private final long origin;

  /** Nanoseconds after the origin. */
  private final AtomicLong heldUntil = new AtomicLong();

  /**
   * Guards a node.
   *
   * @param whenHeld hears for how many nanoseconds the node asks to be left alone, each time
   */
  NodeGuard(Permits permits, LongSupplier clock, LongConsumer whenHeld) {
    this.permits = permits;
    this.whenHeld = whenHeld;
    this.clock = clock;
    this.origin = clock.getAsLong();
  }

  boolean isPlain() {
    return permits.isEmpty();
  }

  boolean isHeld() {
    return clock.getAsLong() - origin < heldUntil.get();
  }

  void answered(int status, @Nullable String retryAfter) {
    if (status == TOO_MANY || status == UNAVAILABLE) {
      hold(retryAfter, clock.getAsLong());
    }
  }

  Mono<Void> guard(ServerWebExchange exchange, Mono<Void> attempt) {
    return Mono.defer(
        () -> {
          if (isHeld()) {
            return Mono.error(NodeFailedException.unsent("asked to be left alone"));
          }
          Permits.Taken taken = permits.take();
          if (taken.refusal() != null) {
            return Mono.error(NodeFailedException.unsent("no permit: " + taken.refusal()));
          }
          long start = clock.getAsLong() + taken.waitNanos();
          // Before the signal goes on: another attempt may follow it and write the same response.
          return taken
              .whenDue(attempt)
              .doOnSuccess(nothing -> end(exchange, start, Permits.End.of(status(exchange))))
              .doOnError(failure -> end(exchange, start, Permits.End.of(failure)))
              .doOnCancel(() -> end(exchange, start, Permits.End.OPEN));
        });
  }

  private void end(ServerWebExchange exchange, long start, Permits.End how) {
    int status = status(exchange);
    answered(status, exchange.getResponse().getHeaders().getFirst(HttpHeaders.RETRY_AFTER));
    permits.give(how, clock.getAsLong() - start, NodeFailedException.unsent("status " + status));
  }

  /** 0 where the node has not answered: what stands in the response is another's then. */
  private static int status(ServerWebExchange exchange) {
    HttpStatusCode code = exchange.getResponse().getStatusCode();
    Object answer = exchange.getAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);
    return code == null || answer == null ? 0 : code.value();
  }

  private void hold(@Nullable String retryAfter, long now) {
    if (retryAfter != null && retryAfter.matches("[0-9]{1,9}")) {
      long seconds = Math.min(LONGEST_SECONDS, Long.parseLong(retryAfter));
      long nanos = TimeUnit.SECONDS.toNanos(seconds);
      heldUntil.set(now - origin + nanos);
      whenHeld.accept(nanos);
    }
  }
}
