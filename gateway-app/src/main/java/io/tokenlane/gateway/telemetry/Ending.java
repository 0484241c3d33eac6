package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.http.CacheStatus;
import java.util.Locale;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.SignalType;

/**
 * How one exchange ended.
 *
 * @param path without the query: queries may carry secrets
 * @param outcome {@code done}, {@code cancelled}, {@code broken} or {@code failed}
 * @param bytes body bytes written
 * @param endNanos when it ended, on {@code System.nanoTime}
 */
public record Ending(
    Trail trail,
    String method,
    String path,
    int status,
    String outcome,
    long bytes,
    long endNanos) {

  static Ending of(
      ServerWebExchange exchange, Trail trail, int status, long bytes, SignalType signal) {
    ServerHttpRequest request = exchange.getRequest();
    return new Ending(
        trail,
        request.getMethod().name(),
        request.getURI().getRawPath(),
        status,
        outcome(trail, signal),
        bytes,
        System.nanoTime());
  }

  private static String outcome(Trail trail, SignalType signal) {
    if (signal == SignalType.CANCEL) {
      return "cancelled";
    }
    if (trail.brokenBy().isPresent()) {
      return "broken";
    }
    return signal == SignalType.ON_ERROR ? "failed" : "done";
  }

  /** The whole time. */
  public long durationNanos() {
    return endNanos - trail.startNanos();
  }

  /** Time to the first body byte; the whole time where there was none. */
  public long firstByteAfterNanos() {
    long first = trail.firstByteNanos();
    return (first == 0 ? endNanos : first) - trail.startNanos();
  }

  /** What the cache did, in a word; {@code none} where it was not asked. */
  public String cache() {
    return trail.cacheStatus().map(Ending::word).orElse("none");
  }

  private static String word(CacheStatus status) {
    if (status.collapsed()) {
      return "collapsed";
    }
    CacheStatus.Forward forward = status.forward();
    if (forward != null) {
      return forward.name().toLowerCase(Locale.ROOT);
    }
    return status.hit() ? "hit" : "none";
  }

  /** The node that answered; {@code -} where none was asked. */
  public String node() {
    return trail.node().orElse("-");
  }
}
