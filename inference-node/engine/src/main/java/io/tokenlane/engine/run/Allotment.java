package io.tokenlane.engine.run;

import java.util.List;

/**
 * Which of the drafted tokens a step verifies. A token that is right saves what a token costs now;
 * a further row costs what it adds to the step, which differs by how many rows there are: a
 * kernel's fourth row may be nearly free, and its fifth not. So tokens of all drafts are taken in
 * the order of how likely they are, and as many of them as gain most together:
 *
 * <p>max over n of sum(right(1..n)) - (cost(rows + n) - cost(rows)), in tokens.
 *
 * <p>A draft is less likely right the longer it is, so that the order keeps each from its first
 * token on. At the price that comes of it this is the best share of tokens to time (Dinkelbach
 * 1967). Reused; not thread-safe.
 */
final class Allotment {
  private int[] taken = {};
  private int[] best = {};

  /**
   * Cuts the first {@code count} drafts.
   *
   * @param rows of the step, drafts that are fixed included
   */
  void choose(List<Draft> drafts, int count, int rows, StepCost cost) {
    if (taken.length < count) {
      taken = new int[count];
      best = new int[count];
    }
    for (int i = 0; i < count; i++) {
      taken[i] = drafts.get(i).fixed();
      best[i] = taken[i];
    }
    double sum = 0;
    double most = 0;
    int added = 0;
    for (int next = likeliest(drafts, count); next >= 0; next = likeliest(drafts, count)) {
      sum += drafts.get(next).right(taken[next]++);
      double gain = sum - cost.more(rows, ++added);
      if (gain > most) {
        most = gain;
        System.arraycopy(taken, 0, best, 0, count);
      }
    }
    for (int i = 0; i < count; i++) {
      drafts.get(i).fix(best[i]);
    }
  }

  /** The draft whose next token is most likely right; negative if all are taken. */
  private int likeliest(List<Draft> drafts, int count) {
    int found = -1;
    for (int i = 0; i < count; i++) {
      Draft draft = drafts.get(i);
      boolean more = taken[i] < draft.count();
      if (more && (found < 0 || draft.right(taken[i]) > rightOf(drafts, found))) {
        found = i;
      }
    }
    return found;
  }

  private double rightOf(List<Draft> drafts, int index) {
    return drafts.get(index).right(taken[index]);
  }
}
