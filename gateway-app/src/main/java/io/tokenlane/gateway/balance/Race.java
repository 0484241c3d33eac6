package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Lease;
import io.tokenlane.gateway.call.Discarded;
import io.tokenlane.gateway.call.Trail;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.publisher.Sinks;

/**
 * Two nodes that are asked the same. Each writes into a response of its own; with the first byte of
 * its body one of them wins, and its status, fields and body become the client's. The other is
 * given up at once, so nothing of it is ever seen.
 */
final class Race {
  private final ServerHttpResponse client;
  private final Trail trail;
  private final List<Runner> runners = new CopyOnWriteArrayList<>();
  private final Sinks.Empty<Void> settled = Sinks.empty();
  private volatile @Nullable Runner winner;
  private volatile @Nullable Throwable failure;

  Race(ServerHttpResponse client, Trail trail) {
    this.client = client;
    this.trail = trail;
  }

  /** Beaten by the other one: nobody's failure. */
  private static final class BeatenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BeatenException() {
      super("another node was sooner", null, false, false);
    }
  }

  /**
   * Runs the first, and the second where the first has neither begun nor failed after this long;
   * fails where nobody has won, with the latest failure.
   *
   * @param second empty where there is nobody to ask
   */
  Mono<Void> run(Mono<Void> first, Duration after, Supplier<Mono<Void>> second) {
    Mono<Void> later =
        Mono.delay(after)
            .takeUntilOther(settled.asMono())
            .flatMap(now -> winner == null ? second.get() : Mono.empty());
    return Mono.whenDelayError(first.doFinally(signal -> settled.tryEmitEmpty()), later)
        .then(Mono.defer(this::outcome));
  }

  private Mono<Void> outcome() {
    Throwable last = failure;
    return winner == null && last != null ? Mono.error(last) : Mono.empty();
  }

  /** One that runs; at most two do. */
  Runner runner(Lease lease) {
    Runner runner = new Runner(lease);
    runners.add(runner);
    return runner;
  }

  /**
   * The second one, as it runs. Where the first has won meanwhile nobody joins it, and the lease is
   * given back: the answer is on its way, and its lease is the trail's.
   *
   * @param attempt made while nobody can win
   */
  synchronized Mono<Void> joined(Lease lease, Function<Runner, Mono<Void>> attempt) {
    if (winner != null) {
      lease.ignored();
      return Mono.empty();
    }
    Runner second = runner(lease);
    return second.run(attempt.apply(second));
  }

  private boolean wins(Runner one) {
    boolean first = won(one);
    if (first) {
      for (Runner other : runners) {
        if (other != one) {
          var _ = other.beaten.tryEmitEmpty();
        }
      }
    }
    return first || winner == one;
  }

  private synchronized boolean won(Runner one) {
    if (winner != null) {
      return false;
    }
    winner = one;
    trail.answersFrom(one.lease);
    return true;
  }

  /** One of the two. */
  final class Runner {
    private final Lease lease;
    private final Sinks.Empty<Void> beaten = Sinks.empty();

    private Runner(Lease lease) {
      this.lease = lease;
    }

    /** What this one's answer is to be written into. */
    ServerHttpResponse response() {
      return new Own(this);
    }

    /** The attempt, until the other one wins. */
    Mono<Void> run(Mono<Void> attempt) {
      return attempt
          .doOnCancel(lease::ignored)
          .takeUntilOther(beaten.asMono())
          .onErrorResume(this::failed);
    }

    private Mono<Void> failed(Throwable why) {
      if (winner == this) {
        return Mono.error(why);
      }
      if (why instanceof BeatenException) {
        lease.ignored();
      } else {
        NodeFailures.close(lease, why);
        failure = why;
      }
      return Mono.empty();
    }
  }

  /** Status and fields wait here until the first byte has decided. */
  private final class Own extends ServerHttpResponseDecorator {
    private final Runner runner;
    private final HttpHeaders headers = new HttpHeaders();
    private @Nullable HttpStatusCode status;

    Own(Runner runner) {
      super(client);
      this.runner = runner;
      headers.addAll(client.getHeaders());
    }

    @Override
    public HttpHeaders getHeaders() {
      return headers;
    }

    @Override
    public boolean setStatusCode(@Nullable HttpStatusCode code) {
      status = code;
      return true;
    }

    @Override
    public @Nullable HttpStatusCode getStatusCode() {
      return status;
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
      return decided(Flux.from(body), getDelegate()::writeWith);
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
      // Prefetch 0: a chunk waiting in a queue would be a chunk flushed late.
      Flux<DataBuffer> chunks = Flux.from(body).concatMap(chunk -> chunk, 0);
      return decided(chunks, rest -> getDelegate().writeAndFlushWith(rest.map(Flux::just)));
    }

    private Mono<Void> decided(
        Flux<? extends DataBuffer> body, Function<Flux<DataBuffer>, Mono<Void>> write) {
      return Discarded.released(
              body.<DataBuffer>map(chunk -> chunk)
                  .<Void>switchOnFirst(
                      (first, rest) -> begins(first) ? write.apply(rest) : lost(first, rest)))
          .then();
    }

    private boolean begins(Signal<? extends DataBuffer> first) {
      if (first.isOnError() || !wins(runner)) {
        return false;
      }
      HttpHeaders seen = getDelegate().getHeaders();
      seen.clear();
      seen.addAll(headers);
      getDelegate().setStatusCode(status);
      return true;
    }

    /** What has come of its body is dropped by who looked at it, and released as dropped. */
    private Flux<Void> lost(Signal<? extends DataBuffer> first, Flux<DataBuffer> rest) {
      if (first.isOnError()) {
        return rest.thenMany(Flux.empty());
      }
      return Flux.error(new BeatenException());
    }
  }
}
