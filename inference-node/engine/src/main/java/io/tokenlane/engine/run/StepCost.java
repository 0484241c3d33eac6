package io.tokenlane.engine.run;

/**
 * What a step costs in which all sequences generate, by its number of rows; what a token costs, by
 * the number of sequences; and what it costs to ask the first layers for a draft. Costs are told in
 * tokens. Where rows side by side cost hardly more than one, as on a GPU, a row costs almost
 * nothing; where each costs its share, almost as much as a token.
 *
 * <p>Steps do not lie on a line: kernels take rows in groups. So each number of rows has a time of
 * its own, as far as there were such steps of late, and that of a line through all of them where
 * there were none.
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

  /** What a step weighs in the times by rows: some hundreds are remembered. */
  private static final double REMEMBERED = 0.005;

  /** What it weighs when it is forgotten, after some hundreds of steps. */
  private static final double FORGOTTEN = 0.0005;

  private static final double GUESS = 0.5;
  private static final int STEPS_TO_KNOW = 64;
  private static final int RETRY = 64;
  private static final int QUESTIONS_TO_KNOW = 16;

  /** The line's weight beside that of a number of rows, which one step in a hundred would have. */
  private static final double LINE = 0.01;

  /**
   * Of the line's slope, what a row costs at least: of many numbers of rows the one whose time is
   * underestimated most would be chosen else.
   */
  private static final double LEAST_SLOPE = 0.75;

  /** Numbers of rows that are told apart; more than that by quarters of a power of two. */
  private static final int SINGLE = 32;

  private static final int KINDS = 64;

  /** By the number of rows: how many, what a step takes, how many there were of late. */
  private final double[] rows = new double[KINDS];

  private final double[] nanos = new double[KINDS];
  private final double[] weights = new double[KINDS];

  /**
   * By the number of sequences: what a step costs, the tokens that it gives, how many there were.
   */
  private final double[] spent = new double[KINDS];

  private final double[] given = new double[KINDS];
  private final long[] seen = new long[KINDS];

  /** Of a sequence in a step. */
  private double rowsEach = 1;

  private double askedEach;
  private double tokensEach = 1;

  private long steps;
  private long questions;

  private double intercept;
  private double nanosOfRow;
  private double nanosOfQuestion;
  private double nanosBetween;

  /** What a token costs, while a step is drafted. */
  private double price;

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
    int kind = kind(step.rows);
    double whole = time + step.begun * nanosOfRow;
    if (weights[kind] < FORGOTTEN) {
      rows[kind] = step.rows;
      nanos[kind] = steps < STEPS_TO_KNOW ? whole : Math.min(whole, LONGEST * nanos(step.rows));
    } else {
      rows[kind] += NEWEST * (step.rows - rows[kind]);
      nanos[kind] = near(nanos[kind], whole);
    }
    steps++;
    for (int i = 0; i < KINDS; i++) {
      weights[i] *= 1 - REMEMBERED;
    }
    weights[kind] += REMEMBERED;
    solve();
    learnPrice(step);
  }

  private void learnPrice(Step step) {
    rowsEach += NEWEST * ((double) step.rows / step.sequences - rowsEach);
    askedEach += NEWEST * ((double) step.asked / step.sequences - askedEach);
    tokensEach += NEWEST * ((double) step.tokens / step.sequences - tokensEach);
    int kind = kind(step.sequences);
    double weight = Math.max(NEWEST, 1.0 / ++seen[kind]);
    double cost = nanos(step.rows) + nanosBetween + step.asked * nanosOfQuestion;
    spent[kind] += weight * (cost - spent[kind]);
    given[kind] += weight * (step.tokens - given[kind]);
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

  private static int kind(int count) {
    if (count <= SINGLE) {
      return count;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(count);
    int quarter = (count >>> (power - 2)) & 3;
    return Math.min(KINDS - 1, SINGLE + 1 + 4 * (power - 5) + quarter);
  }

  /** A line through the kinds of steps, by how many there were of late. */
  private void solve() {
    double all = 0;
    for (double weight : weights) {
      all += weight;
    }
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
    intercept = meanNanos - nanosOfRow * meanRows;
  }

  /** What a step of so many rows takes. */
  private double nanos(int count) {
    int kind = kind(count);
    double line = intercept + nanosOfRow * count;
    double own = nanos[kind] + nanosOfRow * (count - rows[kind]);
    return (weights[kind] * own + LINE * line) / (weights[kind] + LINE);
  }

  /**
   * Begins with the drafts of a step of so many sequences. A token costs what it has cost in such
   * steps, and never more than without drafts.
   */
  void begin(int sequences) {
    int kind = kind(sequences);
    double cost = spent[kind];
    double tokens = given[kind];
    if (seen[kind] < STEPS_TO_KNOW) {
      cost = nanos((int) Math.round(sequences * rowsEach)) + nanosBetween;
      cost += sequences * askedEach * nanosOfQuestion;
      tokens = sequences * tokensEach;
    }
    double undrafted = (nanos(sequences) + nanosBetween) / sequences;
    price = Math.min(cost / Math.max(tokens, 1), undrafted);
  }

  /** Now and then not, so that drafts are tried where they seem to cost too much. */
  private boolean isKnown() {
    return steps >= STEPS_TO_KNOW && nanosOfRow > 0 && price > 0 && steps % RETRY != 0;
  }

  /** What so many rows more cost beside so many, in tokens; from 0. */
  double more(int beside, int count) {
    double times = nanos(beside + count) - nanos(beside);
    return isKnown() ? Math.max(LEAST_SLOPE * nanosOfRow * count, times) / price : GUESS * count;
  }

  /**
   * What it costs to ask the first layers for a draft, beside what the step need not do any more,
   * in tokens; from 0.
   */
  double question() {
    return isKnown() && questions >= QUESTIONS_TO_KNOW ? nanosOfQuestion / price : 0;
  }

  @Override
  public String toString() {
    return "step %.1f + %.1f a row, question %.1f, between %.1f, token %.1f us"
        .formatted(
            intercept / 1e3,
            nanosOfRow / 1e3,
            nanosOfQuestion / 1e3,
            nanosBetween / 1e3,
            price / 1e3);
  }
}
