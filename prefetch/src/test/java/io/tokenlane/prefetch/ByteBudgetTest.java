package io.tokenlane.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ByteBudgetTest {
  private long now;

  @Test
  void whatIsOverdrawnIsPaidBackWithTime() {
    ByteBudget budget = new ByteBudget(600, () -> now);
    budget.spent(900);
    assertThat(budget.open()).isFalse();
    now += Duration.ofSeconds(30).toNanos();
    assertThat(budget.open()).isFalse();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(budget.open()).isTrue();
    now += Duration.ofHours(1).toNanos();
    budget.spent(601);
    assertThat(budget.open()).isFalse();
  }

  @Test
  void noneIsNoBound() {
    ByteBudget budget = new ByteBudget(0, () -> now);
    budget.spent(Long.MAX_VALUE);
    assertThat(budget.open()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ByteBudget(-1, () -> now))
        .withMessage("perMinute: -1 (expected: >= 0)");
  }
}
