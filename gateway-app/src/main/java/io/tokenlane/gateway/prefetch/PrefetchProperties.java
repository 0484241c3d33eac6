package io.tokenlane.gateway.prefetch;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code prefetch}, or {@code tokenlane.prefetch}.
 *
 * @param enabled whether anything is prefetched; default true where the section is there
 * @param ttlSeconds how long a prefetched answer is served where its origin does not say, and at
 *     most, in seconds; &gt; 0, default 300
 * @param endpoints paths with their queries, as a client asks this gateway for them
 * @param concurrency fetches at once; ≥ 1, default 2
 * @param foresight what is fetched ahead beside the endpoints; default: nothing
 */
public record PrefetchProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("300") int ttlSeconds,
    @DefaultValue List<String> endpoints,
    @DefaultValue("2") int concurrency,
    @Nullable ForesightProperties foresight) {

  /** Nothing to prefetch. */
  public static final PrefetchProperties NONE =
      new PrefetchProperties(false, 300, List.of(), 2, null);

  /** Checks the ranges. */
  public PrefetchProperties {
    endpoints = List.copyOf(endpoints);
    if (ttlSeconds <= 0) {
      throw new IllegalArgumentException("ttl_seconds: " + ttlSeconds + " (expected: > 0)");
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
    }
    for (String endpoint : endpoints) {
      if (!endpoint.startsWith("/") || endpoint.startsWith("//")) {
        throw new IllegalArgumentException(
            "endpoints: " + endpoint + " (expected: a path starting with /)");
      }
    }
  }

  ForesightProperties foreseen() {
    return foresight == null ? ForesightProperties.OFF : foresight;
  }

  Duration ttl() {
    return Duration.ofSeconds(ttlSeconds);
  }
}
