package io.tokenlane.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.error.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What is too long. */
final class WatchTest {
  private static final DownNodes ALL_SERVE = new DownNodes(List.of());
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(20));

  private final AtomicLong nanos = new AtomicLong();

  private Watch watch(boolean firstByteCounts) {
    return new Watch(null, LIMITS, firstByteCounts, 0, nanos::get);
  }

  private void at(int seconds) {
    nanos.set(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void theFirstByteHasItsTime() {
    Watch watch = watch(true);
    at(5);
    watch.look(ALL_SERVE);
    at(6);
    watch.look(ALL_SERVE);

    StepVerifier.create(watch.untilGivenUp()).verifyError(TimeoutException.class);
  }

  @Test
  void anAnswerInOnePieceHasTheWholeTime() {
    Watch watch = watch(false);
    at(19);
    watch.look(ALL_SERVE);
    at(21);
    watch.look(ALL_SERVE);

    StepVerifier.create(watch.untilGivenUp()).verifyError(ApiException.class);
  }

  @Test
  void silenceEndsAnAnswerThatHasBegun() {
    AtomicLong cuts = new AtomicLong();
    Watch watch = watch(true);
    watch.passing(cuts::incrementAndGet);
    for (int second = 1; second <= 10; second += 3) {
      at(second);
      watch.beat();
      watch.look(ALL_SERVE);
    }
    assertThat(cuts).hasValue(0);
    at(14);
    watch.look(ALL_SERVE);
    watch.look(ALL_SERVE);

    assertThat(cuts).hasValue(1);
    assertThat(watch.why(new IllegalStateException("cut"))).hasMessage("silent for PT3S");
  }

  /** What it has not read stands before the failure, which it would never come to. */
  @Test
  void aClientThatDoesNotReadWhatWasCutIsGivenUp() {
    Watch watch = watch(true);
    watch.beat();
    at(4);
    watch.look(ALL_SERVE);
    watch.beat();
    at(5);
    watch.look(ALL_SERVE);
    StepVerifier given =
        StepVerifier.create(watch.untilGivenUp()).expectErrorMessage("not read: silent for PT3S");
    nanos.incrementAndGet();
    watch.look(ALL_SERVE);

    given.verify();
  }

  @Test
  void anAnswerThatNeverEndsEnds() {
    AtomicLong cuts = new AtomicLong();
    Watch watch = watch(true);
    watch.passing(cuts::incrementAndGet);
    for (int second = 1; second <= 21; second++) {
      at(second);
      watch.beat();
      watch.look(ALL_SERVE);
    }
    assertThat(cuts).hasValue(1);
  }

  @Test
  void aGatewayThatStopsEndsWhatHasBegunAndRefusesTheRest() {
    AtomicLong cuts = new AtomicLong();
    Watch streaming = watch(true);
    streaming.passing(cuts::incrementAndGet);
    streaming.beat();
    Watch waiting = watch(true);

    streaming.stop();
    waiting.stop();

    assertThat(cuts).hasValue(1);
    assertThat(streaming.why(new IllegalStateException("cut"))).hasMessage("the gateway stops");
    StepVerifier.create(waiting.untilGivenUp())
        .verifyErrorSatisfies(
            refusal -> assertThat(((ApiException) refusal).code()).isEqualTo("gateway_stops"));
  }

  @Test
  void theLastWordComesBeforeTheBound() {
    assertThat(Farewell.patience(Duration.ofSeconds(20))).hasSeconds(18);
    assertThat(Farewell.patience(Duration.ofSeconds(4))).hasSeconds(3);
  }
}
