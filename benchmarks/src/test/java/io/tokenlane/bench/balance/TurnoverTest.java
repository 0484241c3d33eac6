package io.tokenlane.bench.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnoverTest {

  @Test
  void aRollingUpgradeLosesNoCallAndIsTheSameEachTime() {
    Turnover.Found found = Turnover.of(50, 5);

    assertThat(found.errors()).isZero();
    assertThat(found.secondAttempts()).isBetween(0.0001, 0.1);
    assertThat(Turnover.of(50, 5)).isEqualTo(found);
  }
}
