package io.tokenlane.gateway.cache;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code tokenlane.cache}.
 *
 * @param enabled whether answers are stored and served at all; default true
 * @param maxSize bound of all stored answers together, as {@code 64MB}; ≥ 1 MB, default 64 MB
 * @param maxAnswer bound of one answer's body; 1 B to max_size, default 4 MB
 * @param routes how single plain routes are cached, by route id; default: all alike
 * @param modelTtl how long an answer of a model is served, as {@code 5m}; &gt; 0, default 1 h
 */
public record CacheProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("64MB") DataSize maxSize,
    @DefaultValue("4MB") DataSize maxAnswer,
    @DefaultValue("1h") Duration modelTtl,
    @DefaultValue Map<String, RouteCache> routes) {

  /** Checks the ranges. */
  public CacheProperties {
    routes = Map.copyOf(routes);
    if (maxSize.compareTo(DataSize.ofMegabytes(1)) < 0) {
      throw new IllegalArgumentException("max_size: " + maxSize + " (expected: >= 1MB)");
    }
    if (maxAnswer.toBytes() < 1 || maxAnswer.compareTo(maxSize) > 0) {
      throw new IllegalArgumentException(
          "max_answer: " + maxAnswer + " (expected: 1B to max_size " + maxSize + ")");
    }
    if (!modelTtl.isPositive()) {
      throw new IllegalArgumentException("model_ttl: " + modelTtl + " (expected: > 0)");
    }
  }
}
