package io.tokenlane.gateway.route;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.http}: what the gateway demands of clients and connections.
 *
 * @param trustedProxies addresses or ranges, as {@code 10.0.0.0/8}, whose {@code Forwarded} and
 *     {@code X-Forwarded-*} fields are believed and continued; everybody else's are replaced;
 *     default none
 * @param headerTimeout from a request's first byte to the end of its fields; &gt; 0, default 10 s
 * @param bodyTimeout longest pause between two parts of a body, and longest time for a whole body
 *     under /v1; &gt; 0, default 30 s
 * @param passThrough whether requests of plain routes that nothing has to be done for pass beside
 *     the filters; default true
 */
public record HttpProperties(
    @DefaultValue List<String> trustedProxies,
    @DefaultValue("10s") Duration headerTimeout,
    @DefaultValue("30s") Duration bodyTimeout,
    @DefaultValue("true") boolean passThrough) {

  /** Checks the ranges. */
  public HttpProperties {
    trustedProxies = List.copyOf(trustedProxies);
    trustedProxies.forEach(AddressRange::parse);
    requirePositive("header_timeout", headerTimeout);
    requirePositive("body_timeout", bodyTimeout);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
