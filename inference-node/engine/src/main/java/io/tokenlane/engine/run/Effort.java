package io.tokenlane.engine.run;

/** Counts what the generated tokens of a sequence took. The step thread's. */
public final class Effort {
  private long rows;
  private long layers;
  private long exited;
  private long drafted;
  private long accepted;
  private Counts last = Counts.NONE;

  /** A row gave a token, after so many of the model's layers. */
  void row(int done, int all) {
    rows++;
    layers += done;
    exited += done < all ? 1 : 0;
  }

  /** Drafts were verified. */
  void drafts(int count, int right) {
    drafted += count;
    accepted += right;
  }

  void add(Effort other) {
    rows += other.rows;
    layers += other.layers;
    exited += other.exited;
    drafted += other.drafted;
    accepted += other.accepted;
  }

  /** The counts by now. */
  public Counts counts() {
    if (rows != last.rows || layers != last.layers || drafted != last.drafted) {
      last = new Counts(rows, layers, exited, drafted, accepted);
    }
    return last;
  }

  /**
   * Counts.
   *
   * @param rows rows that gave a token
   * @param layers layers that those went through, together
   * @param exited those of them that left before the last layer
   * @param drafted tokens drafted and verified
   * @param accepted those of them that were right
   */
  public record Counts(long rows, long layers, long exited, long drafted, long accepted) {
    /** Nothing. */
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    /** The sum of both. */
    public Counts plus(Counts other) {
      return new Counts(
          rows + other.rows,
          layers + other.layers,
          exited + other.exited,
          drafted + other.drafted,
          accepted + other.accepted);
    }
  }
}
