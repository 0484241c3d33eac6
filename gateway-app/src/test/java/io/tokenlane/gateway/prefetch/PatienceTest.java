package io.tokenlane.gateway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PatienceTest {
  private long now;
  private Duration wait = Duration.ofMinutes(10);

  private final Patience patience = new Patience(Duration.ofHours(1), left -> wait, () -> now);

  private void pass(Duration span) {
    now += span.toNanos();
  }

  @Test
  void itWaitsForTheBetterMoment() {
    assertThat(patience.over()).isFalse();
    pass(Duration.ofMinutes(59));
    assertThat(patience.over()).isFalse();
    wait = Duration.ZERO;
    assertThat(patience.over()).isTrue();
    wait = Duration.ofMinutes(10);
    assertThat(patience.over()).as("until all that was wanted is done").isTrue();
    patience.again();
    assertThat(patience.over()).isFalse();
  }

  @Test
  void itEnds() {
    assertThat(patience.over()).isFalse();
    pass(Duration.ofHours(1));
    assertThat(patience.over()).isTrue();
  }

  @Test
  void whoMayNotWaitDoesNot() {
    assertThat(new Patience(Duration.ZERO, left -> wait, () -> now).over()).isTrue();
  }
}
