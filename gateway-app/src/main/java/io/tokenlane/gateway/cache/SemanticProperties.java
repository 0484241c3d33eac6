package io.tokenlane.gateway.cache;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.cache.semantic}: on routes that say so, a question in other words is given the
 * answer of one that means the same.
 *
 * @param node where {@code /v1/embeddings} is asked for vectors
 * @param model named in that question; default: none
 * @param threshold least cosine of the angle between two questions' vectors; 0 to 1, default 0.9
 * @param timeout how long a miss waits for its vector; > 0, default 100 ms
 */
public record SemanticProperties(
    URI node,
    @Nullable String model,
    @DefaultValue("0.9") double threshold,
    @DefaultValue("100ms") Duration timeout) {
  /** Checks the ranges. */
  public SemanticProperties {
    if (!String.valueOf(node.getScheme()).matches("https?")) {
      throw new IllegalArgumentException("node: " + node + " (expected: http(s)://host:port)");
    }
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: 0 to 1)");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
    }
  }
}
