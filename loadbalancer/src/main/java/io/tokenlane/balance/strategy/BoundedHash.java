package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam 2018): a key's nodes
 * stand in the order of their rendezvous scores, and it gets the first of them that has less than
 * 1.25 times its part of the calls in flight. A key stays where it is while its node has room, and
 * when a node goes only its keys move. A call without a key goes to the node with the fewest calls.
 */
final class BoundedHash implements BalancingStrategy {
  private static final BalancingStrategy KEYLESS = new WeightedLeastConnections();
  private static final double ROOM = 1.25;

  @Override
  public String name() {
    return "consistent-hash";
  }

  @Override
  public int choose(Candidates candidates) {
    @Nullable String key = candidates.key();
    return key == null ? KEYLESS.choose(candidates) : bounded(candidates, RendezvousHash.hash(key));
  }

  private static int bounded(Candidates candidates, long key) {
    double perWeight = ROOM * (inFlight(candidates) + 1) / weights(candidates);
    int index = RendezvousHash.owner(candidates, key, perWeight);
    return index >= 0 ? index : KEYLESS.choose(candidates);
  }

  private static double inFlight(Candidates candidates) {
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += candidates.eligible(i) ? candidates.inFlight(i) : 0;
    }
    return sum;
  }

  private static double weights(Candidates candidates) {
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += candidates.eligible(i) ? candidates.weight(i) : 0;
    }
    return sum;
  }
}
