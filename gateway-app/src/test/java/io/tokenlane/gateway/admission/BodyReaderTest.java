package io.tokenlane.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.error.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Parts of a body that pass have to come in time, once they are asked for. */
final class BodyReaderTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
  private final BodyReader reader = new BodyReader(1_000, LIMIT);
  private final DataBuffer part = DefaultDataBufferFactory.sharedInstance.wrap(new byte[1]);
  private final Upstream upstream = new Upstream();

  @AfterEach
  void realTime() {
    VirtualTimeScheduler.reset();
  }

  /** Gets what it asks for, and keeps what came. */
  private static final class Upstream extends BaseSubscriber<DataBuffer> {
    private final List<String> came = new ArrayList<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // Asks later.
    }

    @Override
    protected void hookOnNext(DataBuffer part) {
      came.add("part");
    }

    @Override
    protected void hookOnComplete() {
      came.add("end");
    }

    @Override
    protected void hookOnError(Throwable failure) {
      came.add(failure instanceof ApiException api ? api.code() : failure.toString());
    }
  }

  @Test
  void anUpstreamThatReadsSlowlyIsNotTheClientsDelay() {
    reader.paced(Flux.just(part, part)).subscribe(upstream);
    for (int i = 0; i < 2; i++) {
      time.advanceTimeBy(LONG);
      upstream.request(1);
    }

    assertThat(upstream.came).containsExactly("part", "part", "end");
  }

  @Test
  void aPartThatIsAskedForHasToComeInTime() {
    reader.paced(Flux.just(part).concatWith(Flux.never())).subscribe(upstream);
    upstream.request(1);
    time.advanceTimeBy(LONG);
    assertThat(upstream.came).containsExactly("part");
    upstream.request(1);
    time.advanceTimeBy(LIMIT);

    assertThat(upstream.came).containsExactly("part", "body_timeout");
  }

  @Test
  void whoAsksForAllWaitsForEach() {
    reader
        .paced(Flux.just(part, part).delayElements(LIMIT.dividedBy(2)).concatWith(Flux.never()))
        .subscribe(upstream);
    upstream.requestUnbounded();
    time.advanceTimeBy(LIMIT);
    assertThat(upstream.came).containsExactly("part", "part");
    time.advanceTimeBy(LIMIT);

    assertThat(upstream.came).containsExactly("part", "part", "body_timeout");
  }
}
