package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.VariantKeys;
import io.tokenlane.prefetch.http.Freshness;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Storability;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Plain GET requests, by RFC 9111.
 *
 * @param resource route, tenant and target
 * @param prefetchTtl for a prefetch: how long its answer stays where the origin does not say, and
 *     at most; null for a client's request
 */
record PlainRule(
    String resource, HttpFields request, VariantKeys variants, @Nullable Duration prefetchTtl)
    implements CacheRule {

  @Override
  public String key() {
    return variants.keyFor(resource, request);
  }

  @Override
  public boolean accepts(Answer answer, long nowNanos) {
    return prefetchTtl == null
        && Freshness.acceptable(
            request, answer.ageSeconds(nowNanos), answer.ttlLeftSeconds(nowNanos));
  }

  @Override
  public Verdict judge(int status, HttpFields response, Instant requested, Instant received) {
    Storability storability = Storability.ofResponse(request, status, response);
    if (!storability.storable()) {
      return Verdict.pass(storability.label());
    }
    long age = Freshness.initialAge(response, requested, received);
    long left = lifetimeSeconds(status, Freshness.lifetime(response, received)) - age;
    return left > 0 ? Verdict.store(Duration.ofSeconds(left), age) : Verdict.pass("not-fresh");
  }

  /** The operator's word for prefetched endpoints bounds the origin's and stands in for it. */
  private long lifetimeSeconds(int status, OptionalLong explicit) {
    if (prefetchTtl == null) {
      return explicit.orElse(0);
    }
    long planned = status == 200 ? prefetchTtl.toSeconds() : 0;
    return Math.min(explicit.orElse(planned), planned);
  }

  @Override
  public boolean learn(HttpFields response) {
    return variants.learn(resource, response);
  }

  @Override
  public boolean complete(HttpFields response, String tail) {
    return true;
  }
}
