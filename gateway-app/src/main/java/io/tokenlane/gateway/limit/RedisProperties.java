package io.tokenlane.gateway.limit;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.limits.redis}: where several gateways share their quotas.
 *
 * @param uri {@code redis://[password@]host[:port][/database]}, {@code rediss://} for TLS
 * @param timeout without an answer for that long, the gateway's own quotas hold; > 0, default 50 ms
 */
public record RedisProperties(String uri, @DefaultValue("50ms") Duration timeout) {

  /** Checks the ranges; the URI may hold a password and is not repeated. */
  public RedisProperties {
    var _ = RedisAddress.of(uri);
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
    }
  }
}
