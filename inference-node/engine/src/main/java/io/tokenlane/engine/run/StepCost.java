package io.tokenlane.engine.run;

import java.util.Arrays;

/**
 * What a step costs in which all sequences generate: so much, and so much for each row; and what it
 * costs to ask the first layers for a draft. Where rows side by side cost hardly more than one, as
 * on a GPU, a row costs almost nothing; where each costs its share, almost as much as a token.
 *
 * <p>What disturbs a machine makes steps longer, never shorter. So times are taken near their lower
 * end: a shorter one counts ten times as much as a longer one.
 */
final class StepCost {
  private static final double SHORTER = 0.2;
  private static final double LONGER = 0.02;

  /** Steps so many times as long count as if they were that long. */
  private static final double LONGEST = 2;

  private static final double NEWEST = 0.02;
  private static final double GUESS = 0.5;
  private static final int STEPS_TO_KNOW = 64;
  private static final int RETRY = 32;
  private static final int QUESTIONS_TO_KNOW = 16;

  /** Numbers of rows that are told apart; more than that by quarters of a power of two. */
  private static final int SINGLE = 32;

  private static final int KINDS = 64;

  /** By the number of rows: how many, what a step takes, how many there were of late. */
  private final double[] rows = new double[KINDS];

  private final double[] nanos = new double[KINDS];
  private final double[] weights = new double[KINDS];

  /** Of a sequence in a step. */
  private double rowsEach = 1;

  private double askedEach;
  private double tokensEach = 1;
  private long steps;
  private long questions;

  private double fixed;
  private double nanosOfRow;
  private double nanosOfQuestion;
  private double nanosBetween;

  /**
   * A step.
   *
   * @param sequences its sequences, at least 1
   * @param rows its rows
   * @param begun the layers that some of them went through before it, as rows through all layers
   * @param asked rows of which the first layers were asked
   * @param tokens tokens that it gave
   */
  record Step(int sequences, int rows, double begun, int asked, int tokens) {}

  /** Learns what a step took, from behind its drafting. */
  void took(Step step, long time) {
    steps++;
    int kind = kind(step.rows);
    if (weights[kind] == 0) {
      rows[kind] = step.rows;
    }
    rows[kind] += NEWEST * (step.rows - rows[kind]);
    nanos[kind] = near(nanos[kind], time + step.begun * nanosOfRow);
    for (int i = 0; i < KINDS; i++) {
      weights[i] *= 1 - NEWEST;
    }
    weights[kind] += NEWEST;
    rowsEach += NEWEST * ((double) step.rows / step.sequences - rowsEach);
    askedEach += NEWEST * ((double) step.asked / step.sequences - askedEach);
    tokensEach += NEWEST * ((double) step.tokens / step.sequences - tokensEach);
    solve();
  }

  /**
   * Learns what a pass through the first layers took.
   *
   * @param asked rows that gave logits, at least 1
   * @param begun as in {@link Step}: what the step itself need not do any more
   */
  void asked(int asked, double begun, long time) {
    questions++;
    double each = (time - begun * nanosOfRow) / asked;
    nanosOfQuestion = near(nanosOfQuestion, Math.max(1, each));
  }

  /** Learns what went by between two steps, which is part of what a step costs. */
  void between(long time) {
    nanosBetween = near(nanosBetween, (double) Math.max(1, time));
  }

  private static double near(double known, double time) {
    return known == 0
        ? time
        : known + (time < known ? SHORTER : LONGER) * (Math.min(time, LONGEST * known) - known);
  }

  private static int kind(int rows) {
    if (rows <= SINGLE) {
      return rows;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rows);
    int quarter = (rows >>> (power - 2)) & 3;
    return Math.min(KINDS - 1, SINGLE + 1 + 4 * (power - 5) + quarter);
  }

  /** A line through the kinds of steps, by how many there were of late. */
  private void solve() {
    double all = Arrays.stream(weights).sum();
    double meanRows = 0;
    double meanNanos = 0;
    for (int i = 0; i < KINDS; i++) {
      meanRows += weights[i] / all * rows[i];
      meanNanos += weights[i] / all * nanos[i];
    }
    double spread = 0;
    double both = 0;
    for (int i = 0; i < KINDS; i++) {
      double off = rows[i] - meanRows;
      spread += weights[i] / all * off * off;
      both += weights[i] / all * off * (nanos[i] - meanNanos);
    }
    if (spread > 1e-3) {
      nanosOfRow = Math.clamp(both / spread, 0, meanNanos / meanRows);
    }
    fixed = meanNanos - nanosOfRow * meanRows + nanosBetween;
  }

  /** Now and then not, so that drafts are tried where they seem to cost too much. */
  private boolean isKnown() {
    return steps >= STEPS_TO_KNOW && nanosOfRow > 0 && steps % RETRY != 0;
  }

  /**
   * The cost of a row beside those of so many sequences, as a share of what a token costs now, with
   * the drafts that there are; 0 to 1. A draft that is right saves that much.
   */
  double rowShare(int sequences) {
    return isKnown() ? Math.clamp(nanosOfRow / token(sequences), 0.02, 1) : GUESS;
  }

  /** The same of a row that the first layers drafted; from 0, above 1 where that never pays. */
  double questionShare(int sequences) {
    return isKnown() && questions >= QUESTIONS_TO_KNOW
        ? (nanosOfQuestion + nanosOfRow) / token(sequences)
        : GUESS;
  }

  /** What a token costs. */
  private double token(int sequences) {
    double each = nanosOfRow * rowsEach + nanosOfQuestion * askedEach;
    return (fixed + sequences * each) / (sequences * tokensEach);
  }

  @Override
  public String toString() {
    return "fixed %.1f row %.1f question %.1f us; a step: %.2f rows, %.2f questions, %.2f tokens"
        .formatted(
            fixed / 1e3, nanosOfRow / 1e3, nanosOfQuestion / 1e3, rowsEach, askedEach, tokensEach);
  }
}
