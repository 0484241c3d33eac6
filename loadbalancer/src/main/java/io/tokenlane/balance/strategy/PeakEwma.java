package io.tokenlane.balance.strategy;

/**
 * Of two nodes drawn at random the one with the lower peak-sensitive latency times calls in flight
 * and one, per weight; as Finagle's and Linkerd's default (Mitzenmacher 2001 for the two choices).
 * An unseen node is tried once, then waits for its first answer.
 */
final class PeakEwma implements BalancingStrategy {
  private static final double UNSEEN_PENALTY = 1e6;

  @Override
  public String name() {
    return "peak-ewma";
  }

  @Override
  public int choose(Candidates candidates) {
    int first = draw(candidates);
    int second = draw(candidates);
    return costOf(candidates, second) < costOf(candidates, first) ? second : first;
  }

  private static int draw(Candidates candidates) {
    int size = candidates.size();
    int index = candidates.random(size);
    while (!candidates.eligible(index)) {
      index = index + 1 == size ? 0 : index + 1;
    }
    return index;
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return costOf(candidates, index);
  }

  private static double costOf(Candidates candidates, int index) {
    int inFlight = candidates.inFlight(index);
    double latency = candidates.peakLatency(index);
    double unseen = inFlight == 0 ? 0 : UNSEEN_PENALTY + inFlight;
    return (latency == 0 ? unseen : latency * (inFlight + 1)) / candidates.weight(index);
  }
}
