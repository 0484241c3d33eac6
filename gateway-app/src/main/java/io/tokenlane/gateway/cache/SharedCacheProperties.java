package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.limit.RedisAddress;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.cache.redis}: where several gateways share stored answers, and tell one another
 * what is to be forgotten.
 *
 * @param uri {@code redis://[password@]host[:port][/database]}, {@code rediss://} for TLS
 * @param timeout how long a miss waits for Redis at most; one that waited in vain is the last one
 *     to ask until Redis has shown that it answers in time again; &gt; 0, default 10 ms
 */
public record SharedCacheProperties(String uri, @DefaultValue("10ms") Duration timeout) {
  /** Checks the ranges; the URI may hold a password and is not repeated. */
  public SharedCacheProperties {
    var _ = RedisAddress.of(uri);
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
    }
  }
}
