package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {

  private static long retries(RetryBudget budget, int asked) {
    return IntStream.range(0, asked).filter(i -> budget.retry()).count();
  }

  @Test
  void theReserveCoversABurst() {
    assertThat(retries(new RetryBudget(0.2), 1_000)).isEqualTo(100);
  }

  @Test
  void afterwardsRequestsEarnTheirShare() {
    RetryBudget budget = new RetryBudget(0.2);
    retries(budget, 1_000);
    IntStream.range(0, 50).forEach(i -> budget.request());

    assertThat(retries(budget, 1_000)).isEqualTo(10);
  }

  @Test
  void quietTimesDoNotSaveUpMoreThanTheReserve() {
    RetryBudget budget = new RetryBudget(1);
    IntStream.range(0, 10_000).forEach(i -> budget.request());

    assertThat(retries(budget, 1_000)).isEqualTo(100);
  }
}
