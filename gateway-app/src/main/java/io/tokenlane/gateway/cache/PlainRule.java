package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Usage;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.VariantKeys;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.Freshness;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import io.tokenlane.prefetch.http.Storability;
import io.tokenlane.prefetch.http.Vary;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Plain GET and HEAD requests, by RFC 9111.
 *
 * @param resource route, tenant, host and target
 * @param planned the resource that planned prefetches are stored under, whatever the host
 * @param foreseen whether it is a prefetch that nobody has planned
 * @param prefetchTtl for a prefetch: how long its answer stays where the origin does not say, and
 *     at most; null for a client's request
 */
record PlainRule(
    AnswerCache cache,
    RouteCache route,
    String resource,
    String group,
    HttpFields request,
    VariantKeys variants,
    String planned,
    boolean foreseen,
    @Nullable Duration prefetchTtl,
    @Nullable Query query)
    implements CacheRule {

  /** How long a stale answer is kept for validation and for clients that accept it so. */
  private static final Duration STALE_KEEP = Duration.ofMinutes(10);

  /** Of an answer's lifetime, the last part in which a prefetch replaces it. */
  private static final double LAST_PART = 0.25;

  private static final int PARTIAL_CONTENT = 206;
  private static final String PART = "\npart:";
  private static final String LANGUAGE = "accept-language";

  static final String KIND = "plain:";

  /** The id of the route whose key this is. */
  static String route(String key) {
    return key.substring(key.indexOf(':') + 1, key.indexOf('\n'));
  }

  /** Whether no client has asked. */
  boolean ahead() {
    return foreseen || prefetchTtl != null;
  }

  @Override
  public String key() {
    return variants.keyFor(resource, request);
  }

  @Override
  public String flightKeyAfter(HttpFields response) {
    return variants.keyAfter(resource, response, request);
  }

  /** What an answer is stored under: the request's own key, or that of planned prefetches. */
  @SuppressWarnings("ReferenceEquality") // an equal answer elsewhere is another one
  String keyOf(Answer answer) {
    String own = key();
    Answer stored = cache.find(own).orElse(null);
    return stored == answer ? own : variants.keyFor(planned, request);
  }

  @Override
  public Reuse reuse(Answer answer) {
    if (prefetchTtl != null || (foreseen && aboutToExpire(answer))) {
      return Reuse.VALIDATE;
    }
    return Reuse.of(request, answer.fields(), answer.age(cache.nowNanos()), route.staleDefaults());
  }

  private boolean aboutToExpire(Answer answer) {
    return answer.ttlLeftSeconds(cache.nowNanos()) < answer.times().lifetimeSeconds() * LAST_PART;
  }

  /** A condition on a POST says when to refuse it, and nothing of what is stored. */
  @Override
  public boolean mayValidate() {
    return query == null;
  }

  /** What a planned prefetch of this very request is called. */
  String endpoint(String target) {
    return query == null ? target : query.endpoint(target);
  }

  @Override
  public boolean standsIn(Answer answer) {
    return prefetchTtl == null
        && Reuse.onError(
            request, answer.fields(), answer.age(cache.nowNanos()), route.staleDefaults());
  }

  @Override
  public Optional<Answer> standIn() {
    return cache.find(variants.keyFor(planned, request)).filter(this::standsIn);
  }

  @Override
  public Optional<Answer> sibling() {
    return cache
        .find(variants.keyFor(planned, request))
        .filter(a -> reuse(a) == Reuse.FRESH)
        .or(this::inFavouriteLanguage);
  }

  /** Of variants that differ by language only, the one in the language preferred to all others. */
  private Optional<Answer> inFavouriteLanguage() {
    if (!variants.variesOnlyBy(resource, LANGUAGE)) {
      return Optional.empty();
    }
    return Vary.favouriteLanguage(request)
        .flatMap(
            language ->
                cache.findSibling(
                    group,
                    resource + '\n' + LANGUAGE,
                    a -> inLanguage(a, language) && reuse(a) == Reuse.FRESH));
  }

  private static boolean inLanguage(Answer answer, String language) {
    return answer.fields().first("Content-Language").filter(language::equalsIgnoreCase).isPresent();
  }

  @Override
  public Optional<Answer> part() {
    return request.has("If-Range")
        ? Optional.empty()
        : request.first("Range").flatMap(this::storedPart);
  }

  /** The same range asked for again is what the origin made of it, whatever its length. */
  private Optional<Answer> storedPart(String range) {
    Optional<Answer> same =
        cache.find(keyFor(PARTIAL_CONTENT)).filter(a -> reuse(a) == Reuse.FRESH);
    return same.isPresent() ? same : lyingIn(range);
  }

  private Optional<Answer> lyingIn(String range) {
    return cache.findSibling(
        group,
        key() + PART,
        a -> reuse(a) == Reuse.FRESH && StoredPart.within(range, a.fields(), a.body()).isPresent());
  }

  @Override
  public String keyFor(int status) {
    return status == PARTIAL_CONTENT ? key() + PART + request.all("Range") : key();
  }

  @Override
  public Verdict judge(int status, HttpFields response, Instant requested, Instant received) {
    Storability storability = Storability.of(request, status, response, route.cookies());
    boolean part = storability == Storability.PARTIAL && StoredPart.storable(request, response);
    if (!storability.storable() && !part) {
      return Verdict.pass(storability.label());
    }
    long age = Freshness.initialAge(response, requested, received);
    OptionalLong stated = Freshness.lifetime(response, received);
    OptionalLong known =
        stated.isPresent() || !route.heuristic() || query != null
            ? stated
            : Freshness.heuristic(request, status, response, received);
    long lifetime = bounded(status, known);
    boolean validatable =
        Conditional.validatable(response) && (known.isPresent() || Freshness.mayGuess(status));
    if (lifetime <= 0 && !validatable) {
      return Verdict.pass("not-fresh");
    }
    long stale =
        Math.max(STALE_KEEP.toSeconds(), Reuse.usefulStaleSeconds(response, route.staleDefaults()));
    return Verdict.store(
        age, lifetime, Duration.ofSeconds(Math.max(0, lifetime - age)).plusSeconds(stale));
  }

  /** The operator's word for prefetched endpoints bounds the origin's and stands in for it. */
  private long bounded(int status, OptionalLong known) {
    if (prefetchTtl == null) {
      return known.orElse(0);
    }
    long most = status == 200 ? prefetchTtl.toSeconds() : 0;
    return Math.min(known.orElse(most), most);
  }

  @Override
  public void learn(HttpFields response) {
    variants.learn(resource, response);
  }

  @Override
  public HttpFields kept(HttpFields response) {
    return Fields.kept(response, route.cookies());
  }

  @Override
  public Optional<Form> form(HttpFields response, ByteBuffer body, Optional<Usage> tokens) {
    return Optional.of(new Form(kept(response), body));
  }

  @Override
  public boolean outlivesItsClients() {
    return true;
  }
}
