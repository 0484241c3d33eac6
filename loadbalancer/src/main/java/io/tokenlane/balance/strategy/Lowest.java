package io.tokenlane.balance.strategy;

/** The candidate of the lowest cost, ties broken evenly at random in one pass. */
final class Lowest {
  private Lowest() {}

  @FunctionalInterface
  interface Cost {
    double of(Candidates candidates, int index);
  }

  static int of(Candidates candidates, Cost cost) {
    int best = -1;
    int ties = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      if (!candidates.eligible(i)) {
        continue;
      }
      double mine = cost.of(candidates, i);
      if (best < 0 || mine < lowest) {
        best = i;
        lowest = mine;
        ties = 1;
      } else if (mine == lowest && candidates.random(++ties) == 0) {
        best = i;
      }
    }
    return best;
  }
}
