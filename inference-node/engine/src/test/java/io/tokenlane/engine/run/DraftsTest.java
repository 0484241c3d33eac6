package io.tokenlane.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many tokens are drafted, and whether layers draft at all. */
class DraftsTest {

  @Test
  void draftsAreAsLongAsTheyAreLikelyToBeRight() {
    DraftLength length = new DraftLength(8);
    assertThat(length.get(0.5)).isEqualTo(8);
    for (int i = 0; i < 20; i++) {
      length.learn(Math.max(1, length.get(0.5)), Math.min(2, Math.max(1, length.get(0.5))));
    }
    assertThat(length.get(0.5)).isBetween(2, 8);
    for (int i = 0; i < 20; i++) {
      length.learn(4, 0);
    }
    assertThat(length.get(0.5)).isZero();
    for (int i = 0; i < 12; i++) {
      length.skip();
    }
    assertThat(length.get(0.5)).isEqualTo(3);
    for (int i = 0; i < 20; i++) {
      length.learn(3, 3);
    }
    assertThat(length.get(0.9)).isEqualTo(8);
  }

  /** Steps of 100 ns and 20 ns a row: beside one sequence a row costs a sixth of a token. */
  @Test
  void aRowCostsWhatStepsSay() {
    RowCost cost = new RowCost();
    assertThat(cost.share(1)).isEqualTo(0.5);
    for (int i = 0; i < 200; i++) {
      int rows = 1 + i % 9;
      cost.took(rows, rows, rows, 100 + 20 * rows);
    }
    assertThat(cost.share(1)).isBetween(0.16, 0.18);
    assertThat(cost.share(32)).isBetween(0.8, 0.9);
  }

  /** Where drafts already save half of the time for a token, a right one saves half as much. */
  @Test
  void aRowCostsMoreOfATokenWhereTokensCostLess() {
    RowCost cost = new RowCost();
    for (int i = 0; i < 400; i++) {
      int rows = 4 + i % 2;
      cost.took(1, rows, rows, 100 + 20 * rows);
    }
    assertThat(cost.share(1)).isBetween(0.4, 0.55);
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

  @Test
  void layersDraftWhereThatPays() {
    assertThat(sharesDrafted(100, 80)).isGreaterThan(900);
    assertThat(sharesDrafted(80, 100)).isLessThan(100);
  }

  /** Of 1,000 steps, those that drafted. */
  private static int sharesDrafted(long nanosWithout, long nanosWith) {
    PayOff payOff = new PayOff();
    int drafted = 0;
    for (int i = 0; i < 1000; i++) {
      boolean drafts = payOff.drafts();
      payOff.took(drafts, drafts ? nanosWith : nanosWithout, 1);
      drafted += drafts ? 1 : 0;
    }
    return drafted;
  }
}
