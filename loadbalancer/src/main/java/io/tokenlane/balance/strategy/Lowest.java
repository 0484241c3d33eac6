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
    long salt = candidates.random(Integer.MAX_VALUE);
    int best = -1;
    double lowest = Double.POSITIVE_INFINITY;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      if (!candidates.eligible(i)) {
        continue;
      }
      double mine = cost.of(candidates, i);
      if (best < 0 || mine < lowest || (mine == lowest && sooner(candidates, salt, i, best))) {
        best = i;
        lowest = mine;
      }
    }
    return best;
  }

  private static boolean sooner(Candidates candidates, long salt, int one, int other) {
    long lot = lot(salt, one);
    long otherLot = lot(salt, other);
    double weight = candidates.weight(one);
    double otherWeight = candidates.weight(other);
    return weight == otherWeight
        ? lot > otherLot
        : Math.log(share(lot)) / weight > Math.log(share(otherLot)) / otherWeight;
  }

  /** Its place among all numbers, 0 to 1 exclusive. */
  private static double share(long lot) {
    return ((lot >> 11) + 0x1p52 + 0.5) * 0x1p-53;
  }
}
