package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.HttpFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** From Spring's headers to the cache's fields and back. */
final class Fields {
  /** Hop-by-hop fields (RFC 9111 §3.1), what the gateway says itself, and one-time facts. */
  private static final Set<String> NOT_STORED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "age",
          "cache-status",
          "server-timing",
          "set-cookie",
          "x-request-id",
          "traceparent",
          "tracestate",
          "endpoint-load-metrics",
          "x-tokenlane-node",
          "x-tokenlane-prompt-tokens");

  private Fields() {}

  static HttpFields of(HttpHeaders headers) {
    List<HttpFields.Line> lines = new ArrayList<>();
    headers.forEach(
        (name, values) -> values.forEach(value -> lines.add(new HttpFields.Line(name, value))));
    return new HttpFields(lines);
  }

  static HttpFields stored(HttpFields fields) {
    return new HttpFields(
        fields.lines().stream()
            .filter(line -> !NOT_STORED.contains(line.name().toLowerCase(Locale.ROOT)))
            .toList());
  }
}
