package io.tokenlane.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many tokens are drafted, and whether layers draft at all. */
class DraftsTest {

  /** What layers believe is worth what has become of it. */
  @Test
  void layersAreBelievedAsOftenAsTheyAreRight() {
    Sureness sureness = new Sureness();
    assertThat(Sureness.level(0)).isZero();
    assertThat(Sureness.level(0.8f)).isEqualTo(Sureness.level(0.85f)).isEqualTo(2);
    assertThat(Sureness.level(1)).isGreaterThan(Sureness.level(0.999f));
    int level = Sureness.level(0.95f);
    assertThat(sureness.share(level)).isBetween(0.93f, 0.98f);
    for (int i = 0; i < 400; i++) {
      sureness.learn(level, i % 4 == 0);
    }
    assertThat(sureness.share(level)).isBetween(0.15f, 0.35f);
    assertThat(sureness.share(level + 1)).isGreaterThan(0.93f);
  }

  private static StepCost.Step step(int sequences, int rows) {
    return new StepCost.Step(sequences, rows, 0, 0, rows);
  }

  /** Steps of 100 ns and 20 ns a row: beside one sequence a row costs a sixth of a token. */
  @Test
  void aRowCostsWhatStepsSay() {
    StepCost cost = new StepCost();
    assertThat(cost.rowShare(1)).isEqualTo(0.5);
    for (int i = 0; i < 201; i++) {
      int rows = 1 + i % 9;
      cost.took(step(rows, rows), 100 + 20 * rows);
    }
    assertThat(cost.rowShare(1)).isBetween(0.16, 0.18);
    assertThat(cost.rowShare(32)).isBetween(0.8, 0.9);
  }

  /** Where drafts already save half of the time for a token, a right one saves half as much. */
  @Test
  void aRowCostsMoreOfATokenWhereTokensCostLess() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 401; i++) {
      int rows = 4 + i % 2;
      cost.took(step(1, rows), 100 + 20 * rows);
    }
    assertThat(cost.rowShare(1)).isBetween(0.4, 0.55);
  }

  /** Every third step takes ten times as long, as if the thread had had no core. */
  @Test
  void disturbedStepsTellLittle() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 801; i++) {
      int rows = 1 + i % 8;
      cost.took(step(1, rows), (100L + 20L * rows) * (i % 3 == 0 ? 10 : 1));
    }
    // A step: 100 and 4.5 rows of 20, for 4.5 tokens.
    assertThat(cost.rowShare(1)).isBetween(0.42, 0.53);
  }

  /** Asking costs 30 ns, and 20 more for each row that the step need not compute. */
  @Test
  void layersDraftWhereThatPays() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 801; i++) {
      int rows = 1 + i % 5;
      double begun = Math.min(2, rows);
      cost.asked(1, begun, Math.round(30 + 20 * begun));
      cost.took(
          new StepCost.Step(1, rows, begun, 1, rows), Math.round(100 + 20 * rows - 20 * begun));
    }
    // Beside one sequence 50 of a token's (100 + 60 + 30) / 3; beside ten of (10 + 60 + 30) / 3.
    assertThat(cost.questionShare(1)).isBetween(0.7, 0.9);
    assertThat(cost.questionShare(10)).isGreaterThan(1.2);
  }

  @Test
  void contextsAreWorthWhatTheyHaveShown() {
    Continuations.Rates rates = new Continuations.Rates(1);
    Continuations table = new Continuations(1 << 10, rates, 2);
    int[] sure = {1, 2, 3};
    int[] unsure = {4, 5, 0};
    assertThat(table.predict(sure, 2, 7)).isZero();
    for (int i = 0; i < 200; i++) {
      table.learn(sure, 2, 7);
      unsure[2] = i;
      table.learn(unsure, 2, 7);
    }
    assertThat(table.predict(sure, 2, 7)).isGreaterThan(0.95f);
    assertThat(table.found()).isEqualTo(3);
    assertThat(table.predict(unsure, 2, 7)).isLessThan(0.1f);
    // Another tenant's texts are never seen.
    assertThat(table.predict(sure, 2, 8)).isZero();
  }
}
