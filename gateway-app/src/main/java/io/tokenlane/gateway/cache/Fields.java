package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.StoredFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** From Spring's headers to the cache's fields and back. */
final class Fields {
  /** What the gateway says itself, and facts of one exchange. */
  private static final Set<String> OF_ONE_EXCHANGE =
      Set.of(
          "content-length",
          "age",
          "cache-status",
          "server-timing",
          "x-request-id",
          "traceparent",
          "tracestate",
          "endpoint-load-metrics",
          "x-tokenlane-node",
          "x-tokenlane-prompt-tokens");

  private static final Set<String> COOKIES = Set.of("set-cookie", "set-cookie2");

  private Fields() {}

  static HttpFields of(HttpHeaders headers) {
    List<HttpFields.Line> lines = new ArrayList<>();
    headers.forEach(
        (name, values) -> values.forEach(value -> lines.add(new HttpFields.Line(name, value))));
    return new HttpFields(lines);
  }

  /** What is kept of a response. */
  static HttpFields kept(HttpFields response, boolean cookies) {
    HttpFields kept = StoredFields.without(StoredFields.of(response), OF_ONE_EXCHANGE);
    return cookies ? kept : StoredFields.without(kept, COOKIES);
  }

  /** The length that {@code Content-Length} announces, in bytes; -1 where it announces none. */
  static long length(HttpFields fields) {
    return fields
        .first("Content-Length")
        .filter(length -> length.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(-1L);
  }

  /** Adds each line to {@code headers}. */
  static void write(HttpFields fields, HttpHeaders headers) {
    fields.lines().forEach(line -> headers.add(line.name(), line.value()));
  }
}
