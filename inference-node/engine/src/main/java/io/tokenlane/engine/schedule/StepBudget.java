package io.tokenlane.engine.schedule;

/**
 * How many tokens a step may compute, so that it lasts no longer than the wanted time from one
 * token of a sequence to its next.
 *
 * <p>Additive increase, multiplicative decrease: a step of d ns that exceeds the goal g shrinks the
 * budget to {@code max(g / d, 1/2)} of the step's tokens; a step within the goal that used up the
 * budget lets it grow by a sixteenth, at least by one token. As a step costs a fixed part and a
 * part for each token, the budget settles where steps of full budget last about as long as wanted;
 * where even one token lasts longer, it settles at one, so that sequences run one after another.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class StepBudget {
  private static final int GROWTH = 16;

  private final int most;
  private final long targetNanos;
  private int tokens;

  /**
   * @param most tokens that a step may never exceed, at least 1
   * @param targetNanos wanted time between two tokens of a sequence; 0 for no goal: always {@code
   *     most}
   */
  public StepBudget(int most, long targetNanos) {
    this.most = most;
    this.targetNanos = targetNanos;
    tokens = most;
  }

  /** Tokens for the next step, 1 to {@code most}. */
  public int tokens() {
    return tokens;
  }

  /**
   * Learns from a step in which sequences waited for their next token.
   *
   * @param computed its tokens, at least 1
   * @param nanos how long it lasted
   */
  public void took(int computed, long nanos) {
    if (targetNanos == 0) {
      return;
    }
    if (nanos > targetNanos) {
      double share = Math.max(0.5, (double) targetNanos / nanos);
      tokens = Math.max(1, (int) (Math.min(tokens, computed) * share));
    } else if (computed >= tokens) {
      tokens = Math.min(most, tokens + Math.max(1, tokens / GROWTH));
    }
  }
}
