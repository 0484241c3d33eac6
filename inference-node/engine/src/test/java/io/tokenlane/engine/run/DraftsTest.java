package io.tokenlane.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    cost.begin(1);
    assertThat(cost.more(1, 2)).isEqualTo(1);
    for (int i = 0; i < 801; i++) {
      int rows = 1 + i % 9;
      cost.took(step(rows, rows), 100 + 20 * rows);
    }
    cost.begin(1);
    assertThat(cost.more(1, 1)).isBetween(0.15, 0.18);
    assertThat(cost.more(1, 4)).isBetween(0.62, 0.7);
    cost.begin(32);
    assertThat(cost.more(32, 1)).isBetween(0.8, 0.9);
  }

  /** Where drafts already save half of the time for a token, a right one saves half as much. */
  @Test
  void aRowCostsMoreOfATokenWhereTokensCostLess() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 801; i++) {
      int rows = 4 + i % 2;
      cost.took(step(1, rows), 100 + 20 * rows);
    }
    cost.begin(1);
    assertThat(cost.more(4, 1)).isBetween(0.4, 0.55);
  }

  /** A token never costs more than without drafts, whatever wrong ones have cost. */
  @Test
  void aTokenCostsNoMoreThanWithoutDrafts() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 801; i++) {
      int rows = 1 + i % 9;
      cost.took(new StepCost.Step(1, rows, 0, 0, 1), 100 + 20 * rows);
    }
    cost.begin(1);
    assertThat(cost.more(1, 1)).isBetween(0.15, 0.18);
  }

  /** A kernel that takes four rows at once: the third row is nearly free, the fifth is dear. */
  @Test
  void aRowCostsWhatItCostsThere() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 2001; i++) {
      int rows = 1 + i % 8;
      cost.took(step(1, rows), 1000 + 10 * rows + (rows > 4 ? 400 : 0));
    }
    cost.begin(1);
    assertThat(cost.more(4, 1)).isGreaterThan(3 * cost.more(2, 1));
  }

  /** Every third step takes ten times as long, as if the thread had had no core. */
  @Test
  void disturbedStepsTellLittle() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 1601; i++) {
      int rows = 1 + i % 8;
      cost.took(step(1, rows), (100L + 20L * rows) * (i % 3 == 0 ? 10 : 1));
    }
    cost.begin(1);
    // A step: 100 and 4.5 rows of 20, for 4.5 tokens.
    assertThat(cost.more(2, 4) / 4).isBetween(0.4, 0.6);
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
    cost.begin(1);
    // 30 and 50 of a token's (100 + 60 + 30) / 3; beside ten sequences of (10 + 60 + 30) / 3.
    assertThat(cost.question()).isBetween(0.4, 0.55);
    assertThat(cost.question() + cost.more(3, 1)).isBetween(0.7, 0.95);
    cost.begin(10);
    assertThat(cost.question() + cost.more(10, 1)).isGreaterThan(1.2);
  }

  private static Draft draft(double... likely) {
    Draft draft = new Draft(16);
    for (int i = 0; i < likely.length; i++) {
      draft.addByText(i, likely[i]);
    }
    return draft;
  }

  /** Rows of half a token each: all that is right more often, of all drafts, and not one more. */
  @Test
  void theLikeliestTokensOfAllDraftsAreVerified() {
    List<Draft> drafts = List.of(draft(0.9, 0.9, 0.5), draft(0.4), draft(), draft(0.95, 0.6));
    new Allotment().choose(drafts, 4, 4, new StepCost());
    assertThat(drafts).extracting(Draft::count).containsExactly(2, 0, 0, 2);
    assertThat(drafts).extracting(Draft::fixed).containsExactly(2, 0, 0, 2);
  }

  /** A row that does not pay by itself is taken for the sake of nearly free ones behind it. */
  @Test
  void aDearRowIsTakenForTheCheapOnesBehindIt() {
    StepCost cost = new StepCost();
    for (int i = 0; i < 2001; i++) {
      int rows = i % 2 == 0 ? 1 : 2 + i / 2 % 7;
      cost.took(new StepCost.Step(1, rows, 0, 0, 1), rows == 1 ? 100 : 170 + rows);
    }
    cost.begin(1);
    assertThat(cost.more(1, 1)).isGreaterThan(0.65);
    List<Draft> one = List.of(draft(0.6));
    List<Draft> many = List.of(draft(0.6, 0.99, 0.99, 0.99, 0.99));
    new Allotment().choose(one, 1, 1, cost);
    new Allotment().choose(many, 1, 1, cost);
    assertThat(one.getFirst().count()).isZero();
    assertThat(many.getFirst().count()).isGreaterThan(3);
  }

  /** Whoever is believed beside others is believed as often as it has been right. */
  @Test
  void trustIsLearnedByHowManyAgree() {
    Trust trust = new Trust();
    Votes alone = new Votes();
    alone.add(1, 0.8f);
    Votes agreed = new Votes();
    agreed.add(1, 0.8f);
    agreed.add(1, 0.5f);
    agreed.add(2, 0.3f);
    assertThat(trust.share(alone)).isEqualTo(0.8f);
    assertThat(agreed.token()).isEqualTo(1);
    for (int i = 0; i < 400; i++) {
      trust.learn(alone, i % 2 == 0);
      trust.learn(agreed, i % 20 > 0);
    }
    assertThat(trust.share(alone)).isBetween(0.4f, 0.6f);
    assertThat(trust.share(agreed)).isBetween(0.9f, 0.99f);
  }

  @Test
  void contextsAreWorthWhatTheyHaveShown() {
    Continuations.Rates rates = new Continuations.Rates(1);
    Continuations table = new Continuations(1 << 10, rates, 2);
    int[] sure = {1, 2, 3};
    int[] unsure = {4, 5, 0};
    assertThat(ask(table, sure, 7).any()).isFalse();
    for (int i = 0; i < 200; i++) {
      table.learn(sure, 2, 7);
      unsure[2] = i;
      table.learn(unsure, 2, 7);
    }
    assertThat(ask(table, sure, 7).share()).isGreaterThan(0.95f);
    assertThat(ask(table, sure, 7).token()).isEqualTo(3);
    assertThat(ask(table, unsure, 7).share()).isLessThan(0.1f);
    // Another tenant's texts are never seen.
    assertThat(ask(table, sure, 8).any()).isFalse();
  }

  private static Votes ask(Continuations table, int[] text, long seed) {
    Votes votes = new Votes();
    table.ask(text, 2, seed, votes);
    return votes;
  }
}
