package io.tokenlane.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.resilience.AdaptiveLimit.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many calls are let through, from how soon their answers began; the clock is the test's. */
final class AdaptiveLimitTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final AdaptiveLimit limit =
      new AdaptiveLimit(new ResilienceProperties.Adaptive(true, 100, 10, 400), 20_000);

  private final List<Place> open = new ArrayList<>();
  private long now;

  /** Fills the limit and answers this many of the calls, one after the other, after this long. */
  private void answer(int calls, long millis) {
    for (int i = 0; i < calls; i++) {
      fill();
      now += millis * MILLI;
      end(open.removeLast());
    }
  }

  private void end(Place place) {
    place.begun(now, true);
    place.ended();
  }

  private void fill() {
    // Whoever waits has come just now: what was answered longer ago is another question.
    open.forEach(Place::ended);
    open.clear();
    for (Place place = limit.take(now); place != null; place = limit.take(now)) {
      open.add(place);
    }
  }

  private Place taken() {
    Place place = limit.take(now);
    assertThat(place).isNotNull();
    return java.util.Objects.requireNonNull(place);
  }

  @Test
  void refusesWhatIsBeyondIt() {
    Place first = taken();
    IntStream.range(1, 100).forEach(i -> taken());

    assertThat(limit.take(now)).isNull();
    first.ended();
    assertThat(limit.take(now)).isNotNull();
    assertThat(limit.take(now)).isNull();
  }

  @Test
  void growsWhileAnswersStayQuickAndFallsWhenTheyQueue() {
    answer(2000, 20);
    int quick = limit.current();
    answer(40, 400);
    int queueing = limit.current();

    assertThat(quick).isGreaterThan(100);
    assertThat(queueing).isLessThan(quick / 2).isGreaterThanOrEqualTo(10);
  }

  /** A new JVM's first answers take a hundred times as long as its later ones, on many threads. */
  @Test
  void aProcessThatWarmsUpIsNotTakenForOneThatIsFull() {
    for (int millis = 2000; millis >= 10; millis -= 10) {
      answer(5, millis);
      assertThat(limit.current()).as("answers after %d ms", millis).isGreaterThanOrEqualTo(100);
    }
  }

  /** However long they go on: what queues is what has not begun. */
  @Test
  void streamsThatHaveBegunHoldNoPlace() {
    List<Place> streams = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Place stream = taken();
      now += MILLI;
      stream.begun(now, true);
      streams.add(stream);
    }
    assertThat(limit.waiting()).isZero();
    assertThat(limit.underWay()).isEqualTo(10_000);
    streams.forEach(Place::ended);
    assertThat(limit.underWay()).isZero();
    assertThat(limit.waiting()).isZero();
  }

  /** A heap that is full ends all calls, and one more is only one more. */
  @Test
  void moreStreamsThanTheHeapHasRoomForAreRefused() {
    int fitting = AdaptiveLimit.fitting(256L << 20);
    assertThat(fitting).isBetween(4_000, 6_000);
    AdaptiveLimit small =
        new AdaptiveLimit(new ResilienceProperties.Adaptive(true, 100, 10, 400), fitting);
    List<Place> streams = new ArrayList<>();
    for (Place stream = small.take(now); stream != null; stream = small.take(now)) {
      stream.begun(now, true);
      streams.add(stream);
    }
    assertThat(streams).hasSize(fitting);
    streams.getFirst().ended();
    assertThat(small.take(now)).isNotNull();
  }

  /** Refusals are quick: times to measure others by they are not. */
  @Test
  void refusalsTeachNothing() {
    answer(2000, 20);
    int before = limit.current();
    for (int i = 0; i < 1000; i++) {
      fill();
      Place refused = open.removeLast();
      refused.begun(now + 1, false);
      refused.ended();
    }
    assertThat(limit.current()).isEqualTo(before);
    answer(1000, 20);
    assertThat(limit.current()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void clientsThatLeaveTeachNothing() {
    for (int i = 0; i < 1000; i++) {
      taken().ended();
    }
    assertThat(limit.current()).isEqualTo(100);
    assertThat(limit.underWay()).isZero();
    assertThat(limit.waiting()).isZero();
  }
}
