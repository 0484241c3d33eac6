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
    int best = -1;
    int ties = 0;
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
      if (best < 0 || mine < lowest || mineHint < lowestHint) {
        best = i;
        lowest = mine;
        lowestHint = mineHint;
        ties = 1;
      } else if (mineHint == lowestHint && candidates.random(++ties) == 0) {
        best = i;
      }
    }
    return best;
  }

  static int of(Candidates candidates, Cost cost) {
    return of(candidates, cost, (all, i) -> 0);
  }
}
