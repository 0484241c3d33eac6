package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.http.CacheStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** The fields the gateway adds to every answer, from the trail as it is when the answer begins. */
final class ResponseFields {
  private static final String NO_SNIFF = "X-Content-Type-Options";
  private static final String TRACE_PARENT = "traceparent";

  private ResponseFields() {}

  static void write(HttpHeaders headers, Trail trail, @Nullable String traceParent) {
    headers.set(RequestIds.HEADER, trail.requestId());
    // A node's load (ORCA) is between it and the gateway.
    headers.remove("endpoint-load-metrics");
    if (!headers.containsHeader(NO_SNIFF)) {
      headers.set(NO_SNIFF, "nosniff");
    }
    headers.set("Cache-Status", trail.cacheStatus().orElse(CacheStatus.NOT_ASKED).render());
    boolean hit = trail.cacheStatus().filter(status -> status.hit()).isPresent();
    if (!hit) {
      trail.node().ifPresent(node -> headers.set("x-tokenlane-node", node));
    }
    trail
        .promptTokens()
        .ifPresent(tokens -> headers.set("x-tokenlane-prompt-tokens", tokens.render()));
    headers.add("Server-Timing", timing(trail, System.nanoTime()));
    if (traceParent != null && !headers.containsHeader(TRACE_PARENT)) {
      headers.set(TRACE_PARENT, traceParent);
    }
  }

  /** Server Timing (W3C): the time in the gateway before the node, and the node's. */
  private static String timing(Trail trail, long nowNanos) {
    long leased = trail.leasedNanos();
    if (leased == 0) {
      return "gateway;dur=" + millis(nowNanos - trail.startNanos());
    }
    return "gateway;dur="
        + millis(leased - trail.startNanos())
        + ", node;dur="
        + millis(nowNanos - leased);
  }

  static String millis(long nanos) {
    long tenths = Math.max(0, Math.round(nanos / 1e5));
    return tenths / 10 + "." + tenths % 10;
  }
}
