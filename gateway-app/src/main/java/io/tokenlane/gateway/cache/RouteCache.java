package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.Reuse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code tokenlane.cache.routes.ID}: how the answers of one route are cached.
 *
 * @param shared whether answers never depend on who asks, so that one serves all tenants where the
 *     response allows it; default false
 * @param cookies whether answers that set a cookie may be stored, cookie included; default false
 * @param heuristic whether answers without a stated lifetime may be kept for a tenth of the time
 *     since their last change (RFC 9111 §4.2.2); default true
 * @param staleWhileRevalidate how long a stale answer is served while a new one is fetched, where
 *     the origin says nothing; ≥ 0, default 0
 * @param staleIfError how long a stale answer stands in for a failing origin that has said nothing,
 *     and on {@code tokenlane-nodes} for nodes and other models that fail; ≥ 0, default 0
 * @param maxSize bound of this route's answers, in a store of their own; ≥ 1 MB, default: the
 *     common store
 * @param semantic whether a question may be given the answer of one that means the same, where
 *     {@code tokenlane.cache.semantic} is set; default false
 * @param modelAnswers which models' answers are stored on this route; default: as on all
 * @param prefetchable whether POST and QUERY only ask on this route: they change nothing, are
 *     answered from what is stored for the same content, and may be fetched ahead; default false
 */
public record RouteCache(
    @DefaultValue("false") boolean shared,
    @DefaultValue("false") boolean cookies,
    @DefaultValue("true") boolean heuristic,
    @DefaultValue("0s") Duration staleWhileRevalidate,
    @DefaultValue("0s") Duration staleIfError,
    @Nullable DataSize maxSize,
    @Nullable ModelAnswers modelAnswers,
    @DefaultValue("false") boolean semantic,
    @DefaultValue("false") boolean prefetchable) {

  /** Of a route that nothing is said about. */
  static final RouteCache DEFAULT =
      new RouteCache(false, false, true, Duration.ZERO, Duration.ZERO, null, null, false, false);

  /** Checks the ranges. */
  public RouteCache {
    notNegative("stale_while_revalidate", staleWhileRevalidate);
    notNegative("stale_if_error", staleIfError);
    if (maxSize != null && maxSize.compareTo(DataSize.ofMegabytes(1)) < 0) {
      throw new IllegalArgumentException("max_size: " + maxSize + " (expected: >= 1MB)");
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }

  Reuse.Defaults staleDefaults() {
    return new Reuse.Defaults(staleWhileRevalidate.toSeconds(), staleIfError.toSeconds());
  }
}
