package io.tokenlane.prefetch;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * What to fetch ahead.
 *
 * @param endpoints paths with their queries, as {@code /api/v1/user}; each once
 * @param concurrency how many fetches may run at once, ≥ 1
 */
public record PrefetchPlan(List<String> endpoints, int concurrency) {

  /** Checks and copies. */
  public PrefetchPlan {
    endpoints = List.copyOf(new LinkedHashSet<>(endpoints));
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
    }
  }
}
