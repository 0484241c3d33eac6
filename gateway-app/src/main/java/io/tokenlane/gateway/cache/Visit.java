package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.Flight;
import io.tokenlane.prefetch.cache.Landing;
import io.tokenlane.prefetch.cache.Opening;
import io.tokenlane.prefetch.cache.Turn;
import io.tokenlane.prefetch.http.CacheControl;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * One GET's or model call's way through the cache. Whoever waits for another's fetch rides along
 * from its first byte, goes upstream at once when it turns out not to be shareable, and takes
 * another turn when it was abandoned.
 */
final class Visit {
  private final ServerWebExchange exchange;
  private final GatewayFilterChain chain;
  private final CacheRule rule;
  private final Hits hits;
  private final Trail trail;
  private String asked = "";

  /** Who is told of hits, and of what renewed their answers. */
  record Hits(
      HitListener listener,
      FastHits fast,
      Shelves shelves,
      TurnListener turns,
      Consumer<Trail> renewed) {}

  Visit(ServerWebExchange exchange, GatewayFilterChain chain, CacheRule rule, Hits hits) {
    this.exchange = exchange;
    this.chain = chain;
    this.rule = rule;
    this.hits = hits;
    this.trail = Trail.of(exchange);
  }

  Mono<Void> serve() {
    Optional<Answer> sibling = rule.sibling();
    if (sibling.isPresent() && rule.cache().find(rule.key()).filter(this::serves).isEmpty()) {
      return hit(sibling.get());
    }
    if (onlyIfCached(rule)) {
      return rule.cache()
          .find(rule.key())
          .filter(this::serves)
          .map(this::hit)
          .orElseGet(() -> notCached(trail));
    }
    if (asksForPart() && rule.cache().find(rule.key()).filter(this::helps).isEmpty()) {
      return rule.part().map(this::hit).orElseGet(() -> fetch(null, validatable()));
    }
    asked = rule.key();
    return switch (rule.cache().turn(rule.trip(), this::serves)) {
      case Turn.Hit hit -> hit(hit.answer());
      case Turn.Lead lead -> first(lead.flight());
      case Turn.Pass pass -> fetch(null, null);
      case Turn.Wait wait ->
          Mono.fromFuture(() -> wait.landing().toCompletableFuture()).flatMap(this::landed);
    };
  }

  /**
   * Leads, unless the fetch that taught another key ended just before the old one was asked for.
   */
  private Mono<Void> first(Flight flight) {
    if (rule.key().equals(asked)) {
      return lead(flight);
    }
    flight.abandon();
    return serve();
  }

  /** Asks who may have it, before the origin. */
  private Mono<Void> lead(Flight flight) {
    Optional<Mono<Optional<Elsewhere>>> others = others();
    if (others.isEmpty()) {
      return ask(flight);
    }
    AtomicBoolean asking = new AtomicBoolean(true);
    return others
        .get()
        .doOnError(failure -> flight.abandon())
        .doOnCancel(
            () -> {
              if (asking.get()) {
                flight.abandon();
              }
            })
        .flatMap(
            found -> {
              asking.set(false);
              return found.map(there -> take(flight, there)).orElseGet(() -> ask(flight));
            });
  }

  /** Asks the origin for all who wait, unless what stood in for the client's conditions is gone. */
  private Mono<Void> ask(Flight flight) {
    Answer stale = validatable();
    if (asksForPart() && (stale == null || !validates(stale))) {
      flight.abandon();
      return fetch(null, stale);
    }
    return fetch(flight, stale);
  }

  /** An answer that is not under the request's key in this process, and how it was found. */
  private record Elsewhere(Answer answer, String how) {}

  private static final String SHARED = "shared";

  /** How a stale answer that stands in for an origin that failed is called. */
  static final String STALE_IF_ERROR = "stale-if-error";

  private Optional<Mono<Optional<Elsewhere>>> others() {
    Optional<Mono<Optional<Elsewhere>>> shared =
        hits.shelves().shared(rule.cache()).map(level -> shared(level));
    Optional<Mono<Optional<Elsewhere>>> similar =
        hits.shelves().similar(rule.cache()).flatMap(this::similar);
    return shared.isPresent() && similar.isPresent()
        ? Optional.of(
            shared.get().flatMap(found -> found.isPresent() ? Mono.just(found) : similar.get()))
        : shared.or(() -> similar);
  }

  private Mono<Optional<Elsewhere>> shared(SharedAnswers level) {
    return Mono.fromFuture(() -> level.find(rule.group(), rule.key()), true)
        .map(found -> found.filter(this::serves).map(a -> new Elsewhere(a, SHARED)));
  }

  private Optional<Mono<Optional<Elsewhere>>> similar(SemanticLevel level) {
    return rule.question()
        .map(
            question ->
                level
                    .find(question, rule.key())
                    .map(
                        found ->
                            found.filter(this::serves).map(a -> new Elsewhere(a, "semantic"))));
  }

  private Mono<Void> take(Flight flight, Elsewhere found) {
    Answer answer = found.answer();
    if (found.how().equals(SHARED)) {
      flight.restore(rule.key(), answer);
    } else {
      flight.lend(rule.key(), answer);
    }
    return write(answer, CacheStatus.hit(answer.ttlLeftSeconds(now())).withDetail(found.how()));
  }

  private boolean serves(Answer answer) {
    return rule.reuse(answer) != Reuse.VALIDATE;
  }

  /** Whether a stored answer tells the client's part of it, by itself or once it is validated. */
  private boolean helps(Answer answer) {
    return serves(answer) || validates(answer);
  }

  private boolean validates(Answer answer) {
    return rule.mayValidate() && Conditional.validatable(answer.fields());
  }

  /** Whether the client wants no word of the origin (RFC 9111 §5.2.1.7). */
  static boolean onlyIfCached(CacheRule rule) {
    return CacheControl.of(rule.request()).has("only-if-cached");
  }

  /** Refuses what would have to go to the origin. */
  static Mono<Void> notCached(Trail trail) {
    trail.cached(CacheStatus.ONLY_IF_CACHED);
    return Mono.error(
        new ApiException(
            HttpStatus.GATEWAY_TIMEOUT,
            "not_cached",
            "Nothing is stored for this request, and it asks for stored answers only."));
  }

  /**
   * Its range and conditions are the client's own: with nothing stored that answers them, or that
   * the cache can ask about in their place, the origin's answer is of use to this client alone.
   */
  private boolean asksForPart() {
    HttpFields request = rule.request();
    return request.has("Range") || Conditional.names().stream().anyMatch(request::has);
  }

  private @Nullable Answer validatable() {
    return rule.cache()
        .find(rule.key())
        .filter(answer -> Conditional.validatable(answer.fields()) || rule.standsIn(answer))
        .or(rule::standIn)
        .orElse(null);
  }

  private Mono<Void> landed(Landing landing) {
    return switch (landing) {
      case Landing.Landed landed when landed.key().equals(rule.key()) ->
          write(landed.answer(), collapsed().asStored(landed.answer().ttlLeftSeconds(now())));
      case Landing.Lent lent when lent.key().equals(rule.key()) && serves(lent.answer()) ->
          write(lent.answer(), collapsed().asStored(lent.answer().ttlLeftSeconds(now())));
      case Landing.StoodIn old when old.key().equals(rule.key()) && rule.standsIn(old.answer()) ->
          write(old.answer(), collapsed().withDetail(STALE_IF_ERROR));
      case Landing.Opened opened when opened.opening().answers(rule.request()) ->
          rideAlong(opened.opening());
      case Landing.Failed failed -> Mono.error(failed.why());
      case Landing.Unshared unshared -> fetch(null, null);
      case Landing.Abandoned abandoned -> serve();
      // Good enough for who led, and not for this request.
      case Landing.Lent lent -> serve();
      case Landing.StoodIn old -> serve();
      // Another variant: by now it is known what they differ in, and the key has changed.
      case Landing.Opened other -> rule.key().equals(asked) ? fetch(null, null) : serve();
      case Landing.Landed other -> rule.key().equals(asked) ? fetch(null, null) : serve();
    };
  }

  private static CacheStatus collapsed() {
    return CacheStatus.forward(Forward.MISS).asCollapsed();
  }

  private Mono<Void> rideAlong(Opening opening) {
    Optional<Ride> ride = Ride.on(opening.body(), exchange.getResponse().bufferFactory());
    if (ride.isEmpty()) {
      return fetch(null, null);
    }
    Long ttl = opening.ttlSeconds();
    trail.cached(ttl == null ? collapsed() : collapsed().asStored(ttl));
    return AnswerWriter.ride(exchange, opening, ride.get());
  }

  private Mono<Void> fetch(@Nullable Flight flight, @Nullable Answer stale) {
    asked(false);
    SharedFetch fetch = new SharedFetch(rule, flight, stale, forward());
    return fetch.run(exchange, chain).flatMap(this::received).doOnCancel(fetch::clientLeft);
  }

  private void asked(boolean hit) {
    ServerHttpRequest request = exchange.getRequest();
    InetSocketAddress from = request.getRemoteAddress();
    if (open() && from != null && rule instanceof PlainRule plain && !plain.ahead()) {
      hits.listener().asked(from.getHostString(), resource(), hit);
    }
  }

  /**
   * Whether everybody may have the answer: nothing of the client is in the request or its content.
   */
  private boolean open() {
    return rule instanceof PlainRule plain
        && plain.query() == null
        && trail.principal().isEmpty()
        && !rule.request().has("Cookie")
        && !rule.request().has("Authorization")
        && !rule.request().has("x-api-key")
        && !rule.request().has("api-key");
  }

  private HitListener.Resource resource() {
    String host = rule.request().first("Host").orElse("");
    return new HitListener.Resource(
        PlainRule.route(rule.key()), host, CacheFilter.target(exchange.getRequest()));
  }

  private void stored(Outcome outcome) {
    Long ttl = outcome.status().ttlSeconds();
    if (outcome.status().stored() && ttl != null && ttl > 0 && open()) {
      hits.listener().stored(resource(), ttl);
    }
  }

  private Mono<Void> received(Outcome outcome) {
    trail.cached(outcome.status());
    stored(outcome);
    return switch (outcome) {
      case Outcome.Riding riding -> AnswerWriter.ride(exchange, riding.opening(), riding.ride());
      case Outcome.Serving serving -> write(serving.answer(), serving.status());
    };
  }

  private CacheStatus forward() {
    Forward why =
        rule.cache()
            .find(rule.key())
            .map(answer -> answer.ttlLeftSeconds(now()) > 0 ? Forward.REQUEST : Forward.STALE)
            .orElse(Forward.MISS);
    return CacheStatus.forward(why);
  }

  private long now() {
    return rule.cache().nowNanos();
  }

  private Mono<Void> hit(Answer answer) {
    String target = CacheFilter.target(exchange.getRequest());
    hits.listener().hit(rule instanceof PlainRule plain ? plain.endpoint(target) : target);
    asked(true);
    talked(answer);
    Reuse reuse = rule.reuse(answer);
    if (reuse == Reuse.FRESH) {
      hits.fast().served(exchange, rule, answer);
    }
    Mono<Void> written = write(answer, CacheStatus.hit(answer.ttlLeftSeconds(now())));
    boolean wornOut = rule.wornOut(answer);
    return wornOut || reuse == Reuse.STALE_WHILE_REVALIDATE
        ? Mono.deferContextual(
            context -> {
              var _ = renew(answer).contextWrite(context).subscribe(nothing -> {}, ignored -> {});
              return written;
            })
        : written;
  }

  private void talked(Answer answer) {
    boolean listened = !TurnListener.NONE.equals(hits.turns());
    if (listened && rule instanceof ModelRule model && model.call().kind() == CallKind.CHAT) {
      model
          .reading()
          .of(answer)
          .ifPresent(
              whole -> hits.turns().answered(CacheRules.turn(exchange, model.call()), whole));
    }
  }

  /** Fetches what replaces an answer that is being served; one fetch for all who are. */
  @SuppressWarnings("ReferenceEquality") // an equal answer that replaced it is another one
  private Mono<Void> renew(Answer old) {
    return switch (rule.cache().turn(rule.trip(), a -> a != old && rule.reuse(a) == Reuse.FRESH)) {
      case Turn.Lead lead ->
          new SharedFetch(rule, lead.flight(), validatable(), forward())
              .renew(exchange, chain, hits.renewed());
      default -> Mono.empty();
    };
  }

  private Mono<Void> write(Answer answer, CacheStatus status) {
    trail.cached(status);
    return rule.told(answer)
        .map(told -> AnswerWriter.tell(exchange, answer, told, now()))
        .orElseGet(() -> AnswerWriter.serve(exchange, answer, rule.request(), now()));
  }
}
