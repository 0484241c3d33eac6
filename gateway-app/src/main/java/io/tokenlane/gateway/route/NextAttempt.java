package io.tokenlane.gateway.route;

import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/** Readies an exchange for another upstream after one whose answer nobody will see. */
public final class NextAttempt {
  private NextAttempt() {}

  /**
   * Takes back what that answer has set. One of a known length has also taken the chunked framing
   * that a response begins with, and without which an answer of unknown length has no end (RFC 9112
   * §6.3).
   */
  public static void on(ServerWebExchange exchange) {
    ServerWebExchangeUtils.reset(exchange);
    exchange.getResponse().setStatusCode(null);
    HttpHeaders fields = exchange.getResponse().getHeaders();
    fields.remove(HttpHeaders.CONTENT_LENGTH);
    fields.set(HttpHeaders.TRANSFER_ENCODING, "chunked");
  }
}
