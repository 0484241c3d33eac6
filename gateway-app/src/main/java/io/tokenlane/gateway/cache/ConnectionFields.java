package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.StoredFields;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/**
 * Takes out of requests and responses the fields that {@code Connection} names (RFC 9110 §7.6.1);
 * it must see that field before Spring Cloud Gateway takes it away itself.
 */
final class ConnectionFields implements HttpHeadersFilter, Ordered {
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }

  @Override
  public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
    if (!headers.containsHeader(HttpHeaders.CONNECTION)) {
      return headers;
    }
    HttpHeaders kept = new HttpHeaders();
    kept.addAll(headers);
    named(Fields.of(headers)).forEach(kept::remove);
    return kept;
  }

  /** What of a message goes further than its connection; keys are made of nothing else. */
  static HttpFields endToEnd(HttpFields message) {
    Set<String> named = named(message);
    return named.isEmpty() ? message : StoredFields.without(message, named);
  }

  private static Set<String> named(HttpFields message) {
    return StoredFields.connectionOptions(message).stream()
        .filter(name -> !name.equals("upgrade"))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public boolean supports(Type type) {
    return true;
  }
}
