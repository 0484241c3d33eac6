package io.tokenlane.gateway.cache;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
 * @param modelAnswers which models' answers are stored: {@code none}, {@code greedy}, {@code
 *     seeded} or {@code all}; default greedy
 * @param pace pieces a second in which a stored answer is told to a client that wants a stream; 0
 *     to 10000, 0: at once, the default
 * @param modelRefresh whether answers of models that are asked for again and again are fetched anew
 *     before they expire; default false
 * @param disk where stored answers outlive a restart; default: nowhere
 * @param semantic how questions that mean the same are found; default: not at all
 * @param redis where several gateways share stored answers; default: nowhere
 */
public record CacheProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("64MB") DataSize maxSize,
    @DefaultValue("4MB") DataSize maxAnswer,
    @DefaultValue("1h") Duration modelTtl,
    @DefaultValue("greedy") ModelAnswers modelAnswers,
    @DefaultValue("0") int pace,
    @DefaultValue("false") boolean modelRefresh,
    @DefaultValue Map<String, RouteCache> routes,
    @Nullable DiskProperties disk,
    @Nullable SharedCacheProperties redis,
    @Nullable SemanticProperties semantic) {
  private static final int FASTEST = 10_000;

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
    if (pace < 0 || pace > FASTEST) {
      throw new IllegalArgumentException("pace: " + pace + " (expected: 0 to " + FASTEST + ")");
    }
  }

  /** Which models' answers are stored on a route. */
  ModelAnswers modelAnswers(String route) {
    RouteCache own = routes.get(route);
    ModelAnswers said = own == null ? null : own.modelAnswers();
    return said == null ? modelAnswers : said;
  }

  /** How long beyond its time a model's answer stands in where nobody answers on a route. */
  Duration modelStaleIfError(String route) {
    return routes.getOrDefault(route, RouteCache.DEFAULT).staleIfError();
  }

  /** Whether questions on a route may be given answers of others. */
  boolean semantic(String route) {
    RouteCache own = routes.get(route);
    return semantic != null && own != null && own.semantic();
  }

  /** What decides who may have a stored answer: answers of other settings are not taken over. */
  String fingerprint() {
    return "1 " + new TreeMap<>(routes) + modelAnswers;
  }
}
