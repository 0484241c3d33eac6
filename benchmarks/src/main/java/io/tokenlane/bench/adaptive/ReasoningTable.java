package io.tokenlane.bench.adaptive;

import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.ReasoningRules.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table of the reasoning's length: unlimited, fixed numbers of steps, and both rules, whose
 * thresholds are chosen on the development split and reported on the test split. Of those that
 * reach the goal there and lose nothing, the strictest is taken.
 */
final class ReasoningTable {
  private static final int MANY = ReasoningRules.UNLIMITED;
  private static final int MOST_STEPS = 9;

  /** Of the tokens of unlimited reasoning. */
  private static final double GOAL = 0.65;

  /** What must be reached on the development split, as the test split may differ by that much. */
  private static final double GOAL_ON_DEV = 0.95 * GOAL;

  /** The requirement's table. */
  private static final String REQUIREMENT = "the requirement's";

  private final DemoEngine engine;
  private final List<Question> dev;
  private final List<Question> test;

  /** Outcomes on the test split, for the plot. */
  final List<Outcome> fixed = new ArrayList<>();

  final List<Outcome> converged = new ArrayList<>();
  final List<Outcome> confident = new ArrayList<>();

  ReasoningTable(DemoEngine engine, List<Question> dev, List<Question> test) {
    this.engine = engine;
    this.dev = dev.stream().filter(Question::reasons).toList();
    this.test = test.stream().filter(Question::reasons).toList();
  }

  List<Row> measure() {
    Outcome free = Outcome.of(engine, test, ReasoningRules.NONE);
    Outcome freeOnDev = Outcome.of(engine, dev, ReasoningRules.NONE);
    for (int steps = 1; steps <= MOST_STEPS; steps++) {
      ReasoningRules rules = new ReasoningRules(steps, 0, MANY, Stop.OFF, 1, 1);
      fixed.add(Outcome.of(engine, test, rules));
    }
    List<Row> rows = new ArrayList<>();
    rows.add(percent("unlimited: accuracy", free.accuracy()));
    rows.add(Row.of("unlimited: mean steps", free.steps(), "steps", Row.Better.LOWER));
    for (Outcome outcome : fixed) {
      int budget = outcome.rules().maxSteps();
      Row row =
          percent(
              "fixed %d: accuracy (%.2f steps)".formatted(budget, outcome.steps()),
              outcome.accuracy());
      rows.add(budget == 8 ? row.withPeer(REQUIREMENT, 76.3) : row);
    }
    float[] cosines = {0.5f, 0.6f, 0.7f, 0.74f, 0.76f, 0.77f, 0.78f, 0.79f, 0.8f, 0.82f, 0.85f};
    float[] sure = {0.05f, 0.1f, 0.2f, 0.3f, 0.34f, 0.36f, 0.38f, 0.4f};
    rows.addAll(rule(Stop.CONVERGED, cosines, free, freeOnDev));
    rows.addAll(rule(Stop.CONFIDENT, sure, free, freeOnDev));
    return rows;
  }

  private List<Row> rule(Stop stop, float[] thresholds, Outcome free, Outcome freeOnDev) {
    String name = stop.name().toLowerCase(Locale.ROOT);
    Outcome best = freeOnDev;
    for (float threshold : thresholds) {
      for (int patience = 1; patience <= 2; patience++) {
        ReasoningRules rules = new ReasoningRules(MANY, 0, MANY, stop, threshold, patience);
        Outcome outcome = Outcome.of(engine, dev, rules);
        best = isBetter(outcome, best, freeOnDev) ? outcome : best;
        if (patience == 1) {
          outcomes(stop).add(Outcome.of(engine, test, rules));
        }
      }
    }
    Outcome chosen = Outcome.of(engine, test, best.rules());
    outcomes(stop).add(chosen);
    Outcome usual = usual(stop);
    String how =
        "%s %s, patience %d".formatted(name, best.rules().threshold(), best.rules().patience());
    return List.of(
        percent(how + ": accuracy", chosen.accuracy())
            .withPeer("unlimited", 100 * free.accuracy())
            .withGoal(100 * free.accuracy()),
        Row.of(name + ": mean steps", chosen.steps(), "steps", Row.Better.LOWER)
            .withPeer(REQUIREMENT, 5.2),
        Row.of(
                name + ": reasoning tokens",
                chosen.tokens() / free.tokens(),
                "x unlimited",
                Row.Better.LOWER)
            .withGoal(GOAL),
        percent(name + ": accuracy at its length", chosen.accuracy())
            .withPeer("fixed budget", 100 * fixedAt(chosen.steps()))
            .withGoal(100 * fixedAt(chosen.steps())),
        percent(name + ": accuracy won over fixed 8", chosen.accuracy() - fixed.get(7).accuracy())
            .withPeer(REQUIREMENT, 81.7 - 76.3),
        percent(name + " as it is by default: accuracy", usual.accuracy())
            .withPeer("unlimited", 100 * free.accuracy()),
        Row.of(
            name + " as it is by default: reasoning tokens",
            usual.tokens() / free.tokens(),
            "x unlimited",
            Row.Better.LOWER));
  }

  private Outcome usual(Stop stop) {
    float threshold = stop.defaultThreshold();
    int patience = stop.defaultPatience();
    return Outcome.of(engine, test, new ReasoningRules(MANY, 0, MANY, stop, threshold, patience));
  }

  /** Whether one loses nothing and is nearer to the goal, or stricter where both reach it. */
  private static boolean isBetter(Outcome one, Outcome best, Outcome free) {
    double goal = GOAL_ON_DEV * free.tokens();
    return one.accuracy() >= free.accuracy()
        && (one.tokens() <= goal
            ? best.tokens() > goal || one.tokens() > best.tokens()
            : one.tokens() < best.tokens());
  }

  private List<Outcome> outcomes(Stop stop) {
    return stop == Stop.CONVERGED ? converged : confident;
  }

  /** Accuracy of fixed budgets at a mean length, between two of them on the line. */
  private double fixedAt(double steps) {
    Outcome before = fixed.getFirst();
    for (Outcome next : fixed) {
      if (next.steps() >= steps) {
        double width = next.steps() - before.steps();
        double share = width <= 0 ? 0 : (steps - before.steps()) / width;
        return before.accuracy() + Math.clamp(share, 0, 1) * (next.accuracy() - before.accuracy());
      }
      before = next;
    }
    return before.accuracy();
  }

  private static Row percent(String id, double share) {
    return Row.of(id, 100 * share, "%", Row.Better.HIGHER);
  }
}
