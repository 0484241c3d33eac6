package io.tokenlane.balance.strategy;

/**
 * Takes turns, weighted: in each round the eligible nodes stand in order, and a node of weight w is
 * passed over in a share 1 − w/max of the rounds, evenly spread. This is static stride scheduling
 * (Waldspurger and Weihl, 1995): where a node stands in its stride follows from the turn's number,
 * so nothing is kept but the pool's counter.
 */
final class RoundRobin implements BalancingStrategy {
  @Override
  public String name() {
    return "round-robin";
  }

  @Override
  public int choose(Candidates candidates) {
    int nodes = 0;
    double heaviest = 0;
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.eligible(i)) {
        nodes++;
        heaviest = Math.max(heaviest, candidates.weight(i));
      }
    }
    while (true) {
      long turn = candidates.turn();
      int index = eligible(candidates, (int) (turn % nodes));
      if (takesRound(turn / nodes, candidates.weight(index) / heaviest)) {
        return index;
      }
    }
  }

  /** Whether a node with this share of the heaviest's weight is served in this round. */
  private static boolean takesRound(long round, double share) {
    return Math.floor((round + 1) * share) > Math.floor(round * share);
  }

  private static int eligible(Candidates candidates, int position) {
    int left = position;
    int index = 0;
    while (!candidates.eligible(index) || left-- > 0) {
      index++;
    }
    return index;
  }
}
