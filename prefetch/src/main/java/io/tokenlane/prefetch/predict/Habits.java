package io.tokenlane.prefetch.predict;

import java.util.Map;

/**
 * What a {@link Foresight} has learnt, to outlive its process: how often what is asked for, and
 * what follows what.
 *
 * @param atEpochMillis when it was taken
 * @param ageSeconds for how long it had been learning, ≥ 0
 * @param counts decayed requests by key, as they were then
 * @param contexts by key, what followed it
 */
public record Habits(
    long atEpochMillis,
    double ageSeconds,
    Map<String, Double> counts,
    Map<String, Context> contexts) {

  /**
   * What followed one key.
   *
   * @param visits how often the key was asked for
   * @param followers in how many of the visits each was asked for soon after
   */
  public record Context(int visits, Map<String, Integer> followers) {
    /** Copies. */
    public Context {
      followers = Map.copyOf(followers);
    }
  }

  /** Copies. */
  public Habits {
    counts = Map.copyOf(counts);
    contexts = Map.copyOf(contexts);
  }
}
