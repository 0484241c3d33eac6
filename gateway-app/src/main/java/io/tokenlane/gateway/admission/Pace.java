package io.tokenlane.gateway.admission;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * How soon each part of a body has to come. The clock runs only while somebody waits for one: what
 * an upstream does not ask for yet is not the client's delay.
 */
final class Pace {
  private final Duration limit;
  private final AtomicLong missing = new AtomicLong();
  private volatile Sinks.Empty<Void> asked = Sinks.empty();

  private Pace(Duration limit) {
    this.limit = limit;
  }

  /** The body; fails with {@link java.util.concurrent.TimeoutException} where a part is late. */
  static Flux<DataBuffer> of(Flux<DataBuffer> body, Duration limit) {
    return Flux.defer(() -> new Pace(limit).kept(body));
  }

  private Flux<DataBuffer> kept(Flux<DataBuffer> body) {
    return body.doOnRequest(this::asked).doOnNext(part -> came()).timeout(late(), part -> late());
  }

  private void asked(long parts) {
    missing.accumulateAndGet(parts, Operators::addCap);
    asked.tryEmitEmpty();
  }

  private void came() {
    missing.updateAndGet(count -> count == Long.MAX_VALUE ? count : count - 1);
  }

  /** Comes when a part was waited for too long. */
  private Mono<Long> late() {
    return Mono.defer(
        () -> {
          Sinks.Empty<Void> next = Sinks.empty();
          asked = next;
          if (missing.get() > 0) {
            next.tryEmitEmpty();
          }
          return next.asMono().then(Mono.delay(limit));
        });
  }
}
