package io.tokenlane.balance.strategy;

/**
 * Takes turns, weighted: in each round the eligible nodes stand in order, and a node of weight w is
 * passed over in a share 1 − w/max of the rounds, evenly spread. This is static stride scheduling
 * (Waldspurger and Weihl, 1995): where a node stands in its stride follows from the turn's number,
 * so nothing is kept but the pool's counter. Strides begin at different places, a golden section
 * apart, so that light nodes do not all stand in the same round: weights of 5, 1 and 1 are served
 * as nginx does, {@code a a b a a c a}.
 */
final class RoundRobin implements BalancingStrategy {
  private static final double GOLDEN_SECTION = 0.6180339887498949;

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
      double share = candidates.weight(index) / heaviest;
      if (share == 1 || takesRound(turn / nodes, share, index * GOLDEN_SECTION)) {
        return index;
      }
    }
  }

  /**
   * Whether a node with this share of the heaviest's weight is served in this round.
   *
   * @param begin where its stride begins
   */
  private static boolean takesRound(long round, double share, double begin) {
    return Math.floor(begin + (round + 1) * share) > Math.floor(begin + round * share);
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
