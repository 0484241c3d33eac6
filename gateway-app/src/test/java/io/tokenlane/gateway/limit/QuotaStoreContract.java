package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** What every {@link QuotaStore} must do. */
abstract class QuotaStoreContract {
  /** Nothing comes back while a test runs. */
  final Quota month = new Quota("test:" + UUID.randomUUID(), 100, Duration.ofDays(32), false);

  abstract QuotaStore store();

  final ConsumptionProbe take(long amount) {
    return store().take(month, amount).toFuture().join().probe();
  }

  final void correct(long amount) {
    store().correct(month, amount).block();
  }

  @Test
  void whatIsThereCanBeTakenAndNoMore() {
    assertThat(take(60).isConsumed()).isTrue();
    assertThat(take(41).isConsumed()).isFalse();
    assertThat(take(40).isConsumed()).isTrue();
    assertThat(take(1).getRemainingTokens()).isZero();
  }

  @Test
  void whatWasNotUsedComesBack() {
    take(100);
    correct(30);

    assertThat(take(31).isConsumed()).isFalse();
    assertThat(take(30).isConsumed()).isTrue();
  }

  @Test
  void whatWasUsedBeyondIsOwed() {
    take(100);
    correct(-50);
    correct(50);

    assertThat(take(1).isConsumed()).isFalse();
    correct(1);
    assertThat(take(1).isConsumed()).isTrue();
  }

  @Test
  void takingNothingIsGranted() {
    take(100);

    assertThat(take(0).isConsumed()).isTrue();
    correct(0);
    assertThat(take(1).isConsumed()).isFalse();
  }

  @Test
  void manyAtOnceGetExactlyWhatIsThere() {
    long granted =
        Objects.requireNonNull(
            Flux.fromStream(IntStream.range(0, 60).boxed())
                .flatMap(i -> store().take(month, 3).subscribeOn(Schedulers.boundedElastic()), 8)
                .filter(taken -> taken.probe().isConsumed())
                .count()
                .block());

    assertThat(granted).isEqualTo(33);
  }
}
