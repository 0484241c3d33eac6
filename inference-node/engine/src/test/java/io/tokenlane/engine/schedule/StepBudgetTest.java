package io.tokenlane.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StepBudgetTest {

  /** A step costs a fixed time and a time for each token; the budget settles near the goal. */
  @ParameterizedTest
  @CsvSource({
    // fixed, for each token, goal, least and most tokens once settled
    "4, 0.5, 20, 24, 36",
    "0, 1, 20, 15, 22",
    "0, 0.01, 20, 512, 512",
    "19, 1, 20, 1, 2",
    "30, 1, 20, 1, 1",
  })
  void settlesWhereStepsLastAsLongAsWanted(
      double fixed, double perToken, long goal, int least, int most) {
    StepBudget budget = new StepBudget(512, goal * 1000);
    for (int step = 0; step < 400; step++) {
      int tokens = budget.tokens();
      budget.took(tokens, (long) ((fixed + perToken * tokens) * 1000));
      if (step > 300) {
        assertThat(budget.tokens()).as("step %d", step).isBetween(least, most);
      }
    }
  }

  @Test
  void growsOnlyWhereItWasUsedUp() {
    StepBudget budget = new StepBudget(512, 100);
    budget.took(512, 200);
    int shrunk = budget.tokens();
    assertThat(shrunk).isEqualTo(256);
    budget.took(10, 10);
    assertThat(budget.tokens()).isEqualTo(shrunk);
    budget.took(shrunk, 10);
    assertThat(budget.tokens()).isEqualTo(272);
  }

  @Test
  void withoutAGoalItIsAlwaysTheMost() {
    StepBudget budget = new StepBudget(512, 0);
    budget.took(512, Long.MAX_VALUE);
    assertThat(budget.tokens()).isEqualTo(512);
  }
}
