package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.StoredFields;
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
    StoredFields.connectionOptions(Fields.of(headers)).stream()
        .filter(name -> !name.equals("upgrade"))
        .forEach(kept::remove);
    return kept;
  }

  @Override
  public boolean supports(Type type) {
    return true;
  }
}
