package io.tokenlane.prefetch;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * What to fetch ahead.
 *
 * @param endpoints paths with their queries, as {@code /api/v1/user}; each once
 * @param asked endpoints that are fetched only when {@link Prefetcher#refresh} says so
 * @param concurrency how many fetches may run at once, ≥ 1
 */
public record PrefetchPlan(List<String> endpoints, List<String> asked, int concurrency) {
  /** Checks and copies. */
  public PrefetchPlan {
    endpoints = List.copyOf(new LinkedHashSet<>(endpoints));
    LinkedHashSet<String> others = new LinkedHashSet<>(asked);
    others.removeAll(endpoints);
    asked = List.copyOf(others);
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
    }
  }

  /** Endpoints that are all fetched at start and kept fresh. */
  public PrefetchPlan(List<String> endpoints, int concurrency) {
    this(endpoints, List.of(), concurrency);
  }
}
