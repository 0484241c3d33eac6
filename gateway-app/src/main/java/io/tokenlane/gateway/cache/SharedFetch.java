package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.Flight;
import io.tokenlane.prefetch.cache.Opening;
import io.tokenlane.prefetch.cache.Passage;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.StoredFields;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One fetch from upstream, cut loose from the client that caused it: others ride along, and where
 * the answer may be stored it goes on though all have left.
 */
final class SharedFetch implements FetchResponse.Receiver, Passage.Source {
  private static final int NOT_MODIFIED = 304;

  /** Failures that a stale answer may stand in for (RFC 5861 §4). */
  private static final Set<Integer> FAILURES = Set.of(500, 502, 503, 504);

  private final CacheRule rule;
  private final @Nullable Flight flight;
  private final @Nullable Answer stale;
  private final CacheStatus forward;
  private final long begunNanos;
  private final Instant requested = Instant.now();
  private final Sinks.One<Outcome> outcome = Sinks.one();
  private final Disposable.Swap subscription = Disposables.swap();
  private final Passage passage;
  private @Nullable FetchResponse response;
  private @Nullable Trail trail;
  private volatile @Nullable Ride ride;
  private volatile boolean left;

  /** Is told of the trail at its end where there is no client whose leaving would end the fetch. */
  private volatile @Nullable Consumer<Trail> behind;

  /** Whether those who waited have been told of the answer, and ride along where they may. */
  private volatile boolean boarded;

  private volatile @Nullable Verdict verdict;
  private volatile HttpFields fields = HttpFields.NONE;
  private volatile int status;
  private volatile boolean stored;
  private long received;

  /**
   * Prepares a fetch.
   *
   * @param flight what others wait for; the client's own conditions and range then stay here. Null
   *     where nobody is to wait
   * @param stale a stored answer to fall back on, and where others wait to validate; null where
   *     there is none
   * @param forward what is said of it in {@code Cache-Status}
   */
  SharedFetch(
      CacheRule rule, @Nullable Flight flight, @Nullable Answer stale, CacheStatus forward) {
    this.rule = rule;
    this.flight = flight;
    this.stale = stale;
    this.forward = forward;
    this.begunNanos = rule.cache().nowNanos();
    this.passage = new Passage(rule.cache().maxAnswerBytes(), this);
  }

  /** Begins when subscribed; tells what came of it once status and fields are known. */
  Mono<Outcome> run(ServerWebExchange exchange, GatewayFilterChain chain) {
    return Mono.deferContextual(
        context -> {
          HttpFields conditions = flight == null ? null : conditions();
          FetchResponse to = new FetchResponse(exchange.getResponse().bufferFactory(), this);
          FetchExchange fetch = FetchExchange.of(exchange, conditions, to);
          response = to;
          Trail own = Trail.of(fetch);
          trail = own;
          Consumer<Trail> told = behind;
          if (told == null) {
            Trail.of(exchange).ridesOn(own);
          }
          subscription.update(
              chain
                  .filter(fetch)
                  .then(Mono.defer(to::setComplete))
                  .contextWrite(context)
                  .doFinally(
                      end -> {
                        if (told != null) {
                          told.accept(own);
                        }
                      })
                  .subscribe(nothing -> {}, this::failed, this::completed));
          return outcome.asMono();
        });
  }

  /** The same for the cache alone, on a trail that {@code ended} is told of. */
  Mono<Void> renew(ServerWebExchange exchange, GatewayFilterChain chain, Consumer<Trail> ended) {
    behind = ended;
    return run(exchange, chain).doOnNext(SharedFetch::leave).then();
  }

  private static void leave(Outcome outcome) {
    if (outcome instanceof Outcome.Riding riding) {
      riding.ride().leave();
    }
  }

  private boolean outlivesItsClients() {
    return behind != null || rule.outlivesItsClients();
  }

  /** What is asked about the stored answer; nothing where there is none that can be validated. */
  private HttpFields conditions() {
    return stale == null || !rule.mayValidate()
        ? HttpFields.NONE
        : Conditional.validating(stale.fields());
  }

  private boolean validates() {
    return flight != null && !conditions().lines().isEmpty();
  }

  @Override
  public void opened(int code, HttpHeaders headers) {
    status = code;
    fields = Fields.of(headers);
    if (stale != null && code == NOT_MODIFIED && validates()) {
      validated(stale);
    } else if (stale != null && FAILURES.contains(code) && rule.standsIn(stale)) {
      standIn(stale, forward.withForwardStatus(code));
      subscription.dispose();
    } else {
      open(rule.judge(code, fields, requested, Instant.now()));
    }
  }

  /** Judged with its own age and cookies, which are not kept; its client is given the cookies. */
  private void validated(Answer old) {
    HttpFields updated = StoredFields.updated(old.fields(), fields);
    Verdict renewed = unlessForgotten(rule.judge(old.status(), updated, requested, Instant.now()));
    HttpFields own = Fields.kept(updated, true);
    passage.passBy();
    CacheStatus told = forward.withForwardStatus(NOT_MODIFIED);
    if (renewed.keep() == null) {
      letGo();
      tell(new Outcome.Serving(with(old, own, old.times()), renewed.told(told)));
      return;
    }
    Answer.Times times = renewed.times(rule.cache().nowNanos());
    land(with(old, rule.kept(updated), times));
    tell(new Outcome.Serving(with(old, own, times), told.asStored(renewed.ttlSeconds())));
  }

  private static Answer with(Answer old, HttpFields fields, Answer.Times times) {
    return new Answer(old.group(), old.status(), fields, old.body(), times);
  }

  private Verdict unlessForgotten(Verdict judged) {
    return judged.keep() != null && forgotten() ? Verdict.pass("forgotten") : judged;
  }

  private void standIn(Answer old, CacheStatus told) {
    passage.passBy();
    trail().closeLease(status, Trail.End.DONE);
    if (flight != null) {
      flight.standIn(rule.key(), old);
    }
    tell(new Outcome.Serving(old, told.withDetail(Visit.STALE_IF_ERROR)));
  }

  private void open(Verdict judged) {
    Verdict here = unlessForgotten(judged);
    verdict = here;
    if (here.keep() == null) {
      Opening opening = new Opening(rule.request(), status, fields, passage, null);
      ride(opening, here.told(forward));
      letGo();
    } else {
      // A body that is too large to be stored is shared by who comes before it has gone by.
      boolean fits = Fields.length(fields) <= rule.cache().maxAnswerBytes();
      Long ttl = fits ? here.ttlSeconds() : null;
      Opening opening = new Opening(rule.request(), status, fields, passage, ttl);
      ride(opening, ttl == null ? forward.withDetail("too-large") : forward.asStored(ttl));
      share(opening);
    }
    boarded = true;
    leaveWithTheClient();
  }

  private void share(Opening opening) {
    // In this order: who knows the variant's key and finds no flight there would begin another.
    if (flight == null) {
      rule.learn(fields);
    } else {
      flight.alsoAs(rule.flightKeyAfter(fields));
      rule.learn(fields);
      flight.open(opening);
    }
  }

  /** Whether a change came after this fetch had begun: it may tell of what was before. */
  private boolean forgotten() {
    return flight == null
        ? rule.cache().forgottenSince(rule.key(), rule.group(), begunNanos)
        : flight.forgotten();
  }

  /** The client's own ride begins before anything is dropped. */
  private void ride(Opening opening, CacheStatus told) {
    Ride own = Ride.on(passage, buffers()).orElseThrow();
    ride = own;
    tell(new Outcome.Riding(opening, own, told));
  }

  /** Where it has left: not before those who waited have got on. */
  private void leaveWithTheClient() {
    Ride own = ride;
    if (left && own != null) {
      own.leave();
    }
    if (!passage.isRead()) {
      deserted();
    }
  }

  private DataBufferFactory buffers() {
    return Objects.requireNonNull(response, "response (expected: set by run)").bufferFactory();
  }

  @Override
  public boolean chunk(ByteBuffer bytes) {
    if (status < 400 && trail().firstByteNanos() == 0) {
      trail().firstByte(System.nanoTime());
      trail().answering();
    }
    received += bytes.remaining();
    if (received == Fields.length(fields)) {
      // Or the client that has it all would ask again before it is stored.
      storeWith(bytes);
    }
    passage.add(bytes);
    return passage.wantsMore();
  }

  @Override
  public void wanted() {
    FetchResponse from = response;
    if (from != null) {
      from.more();
    }
  }

  @Override
  public void deserted() {
    boolean awaited = !boarded && flight != null && flight.waitedFor();
    if (awaited) {
      return;
    }
    Verdict judged = verdict;
    boolean useful = judged != null && judged.keep() != null && passage.kept();
    if (!useful || !outlivesItsClients()) {
      cancel();
    }
  }

  /** The client that caused the fetch has left, whether or not it had begun to read. */
  void clientLeft() {
    left = true;
    Ride own = ride;
    if (own != null) {
      own.leave();
      return;
    }
    boolean awaited = flight != null && (flight.waitedFor() || rule.outlivesItsClients());
    if (!awaited) {
      cancel();
    }
  }

  private void cancel() {
    if (subscription.isDisposed()) {
      return;
    }
    passage.passBy();
    if (flight != null) {
      flight.abandon();
    }
    subscription.dispose();
    trail().closeLease(status, Trail.End.CANCELLED);
    passage.fail(new CancellationException("nobody reads any more"));
  }

  private void failed(Throwable failure) {
    boolean unread = failure instanceof CancellationException;
    trail().closeLease(status, unread ? Trail.End.CANCELLED : Trail.End.FAILED);
    if (status == 0 && stale != null && rule.standsIn(stale)) {
      standIn(stale, forward);
      return;
    }
    if (status == 0) {
      if (flight != null) {
        flight.fail(failure);
      }
      outcome.emitError(failure, Sinks.EmitFailureHandler.FAIL_FAST);
      return;
    }
    passage.passBy();
    if (flight != null) {
      flight.abandon();
    }
    passage.fail(failure);
  }

  private void completed() {
    trail().closeLease(status, Trail.End.DONE);
    storeWith(ByteBuffer.allocate(0));
    if (flight != null) {
      flight.abandon();
    }
    passage.end();
  }

  private void storeWith(ByteBuffer last) {
    Verdict judged = verdict;
    if (judged == null || judged.keep() == null || stored || trail().brokenBy().isPresent()) {
      return;
    }
    passage
        .soFarWith(last)
        .ifPresent(
            body -> {
              stored = true;
              store(judged, body);
            });
  }

  private void store(Verdict judged, ByteBuffer body) {
    rule.form(fields, body, trail().usage())
        .ifPresent(
            form ->
                land(
                    new Answer(
                        rule.group(),
                        status,
                        form.fields(),
                        form.body(),
                        judged.times(rule.cache().nowNanos()))));
  }

  private void land(Answer answer) {
    if (flight == null) {
      rule.cache().put(rule.keyFor(answer.status()), answer, begunNanos);
    } else {
      flight.land(rule.keyFor(answer.status()), answer);
    }
  }

  /** Who waits asks anew: together where a change has come between, else each alone. */
  private void letGo() {
    passage.passBy();
    if (flight == null) {
      return;
    }
    if (forgotten()) {
      flight.abandon();
    } else {
      flight.release();
    }
  }

  private void tell(Outcome how) {
    outcome.emitValue(how, Sinks.EmitFailureHandler.FAIL_FAST);
  }

  private Trail trail() {
    return Objects.requireNonNull(trail, "trail (expected: set before the chain runs)");
  }
}
