package io.tokenlane.gateway.balance;

import java.util.Map;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;

/**
 * One attempt's exchange, with attributes of its own. Spring Cloud Gateway closes the connection it
 * finds there after an attempt's failure has gone on, when the next attempt may have put its own
 * there already.
 */
final class AttemptExchange extends ServerWebExchangeDecorator {
  private final Map<String, Object> attributes;
  private final ServerHttpResponse response;

  AttemptExchange(ServerWebExchange exchange, ServerHttpResponse response) {
    super(exchange);
    this.attributes = new OwnAttributes(exchange.getAttributes());
    this.response = response;
  }

  @Override
  public Map<String, Object> getAttributes() {
    return attributes;
  }

  @Override
  public ServerHttpResponse getResponse() {
    return response;
  }
}
