package io.tokenlane.balance.strategy;

/**
 * The candidate of the lowest cost in one pass. Equal costs are decided by the lower hint, equal
 * hints evenly at random.
 */
final class Lowest {
  private Lowest() {}

  @FunctionalInterface
  interface Cost {
    double of(Candidates candidates, int index);
  }

  static int of(Candidates candidates, Cost cost, Cost hint) {
    long salt = candidates.random(Integer.MAX_VALUE);
    int best = -1;
    double lowest = Double.POSITIVE_INFINITY;
    double lowestHint = Double.POSITIVE_INFINITY;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      if (!candidates.eligible(i)) {
        continue;
      }
      double mine = cost.of(candidates, i);
      if (best >= 0 && mine > lowest) {
        continue;
      }
      double mineHint = hint.of(candidates, i);
      if (best < 0
          || mine < lowest
          || mineHint < lowestHint
          || (mineHint == lowestHint && lot(salt, i) > lot(salt, best))) {
        best = i;
        lowest = mine;
        lowestHint = mineHint;
      }
    }
    return best;
  }

  /** One random number for the pick makes a lot for each node: cheaper than a draw at each tie. */
  private static long lot(long salt, int index) {
    long mixed = (salt * 0x9e3779b97f4a7c15L ^ (index + 1)) * 0xbf58476d1ce4e5b9L;
    return (mixed ^ (mixed >>> 32)) * 0x94d049bb133111ebL;
  }

  /**
   * Equal costs are decided by chance, in proportion to the weights: each node draws an exponential
   * of its weight's rate, and the least is taken.
   */
  static int byWeight(Candidates candidates, Cost cost) {
    if (equalWeights(candidates)) {
      return of(candidates, cost, (all, i) -> 0);
    }
    long salt = candidates.random(Integer.MAX_VALUE);
    return of(
        candidates,
        cost,
        (all, i) -> -Math.log(((lot(salt, i) >>> 11) + 0.5) * 0x1p-53) / all.weight(i));
  }

  private static boolean equalWeights(Candidates candidates) {
    double first = candidates.weight(0);
    for (int i = 1; i < candidates.size(); i++) {
      if (candidates.weight(i) != first) {
        return false;
      }
    }
    return true;
  }
}
