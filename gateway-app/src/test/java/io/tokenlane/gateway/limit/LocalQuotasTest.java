package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LocalQuotasTest extends QuotaStoreContract {
  private final SettableClock clock = new SettableClock(Instant.parse("2031-05-06T07:08:09Z"));
  private final LocalQuotas store = new LocalQuotas(clock);

  @Override
  QuotaStore store() {
    return store;
  }

  @Test
  void aMinutesQuotaComesBackBitByBit() {
    Quota minute = new Quota("minute", 60, Duration.ofMinutes(1), true);
    assertThat(probe(minute, 60).isConsumed()).isTrue();

    ConsumptionProbe refused = probe(minute, 5);
    assertThat(refused.isConsumed()).isFalse();
    assertThat(Duration.ofNanos(refused.getNanosToWaitForRefill()))
        .isEqualTo(Duration.ofSeconds(5));

    clock.advance(Duration.ofSeconds(4));
    assertThat(probe(minute, 5).isConsumed()).isFalse();
    clock.advance(Duration.ofSeconds(1));
    assertThat(probe(minute, 5).isConsumed()).isTrue();
  }

  @Test
  void aMonthsQuotaDoesNotComeBackWithinIt() {
    take(100);
    clock.advance(Duration.ofDays(31));

    assertThat(take(1).isConsumed()).isFalse();
  }

  private ConsumptionProbe probe(Quota quota, long amount) {
    return Objects.requireNonNull(store.take(quota, amount).block()).probe();
  }
}
