package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * Sends equal keys to the same node: the one with the highest weighted score of (key, node), so
 * when a node goes only its own keys move (weighted rendezvous hashing, Thaler and Ravishankar
 * 1998; score −w / ln u). A call without a key goes to the node with the fewest calls in flight.
 */
final class RendezvousHash implements BalancingStrategy {
  private static final BalancingStrategy KEYLESS = new WeightedLeastConnections();

  private final String name;

  RendezvousHash(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int choose(Candidates candidates) {
    @Nullable String key = candidates.key();
    return key == null ? KEYLESS.choose(candidates) : owner(candidates, mix(key.hashCode()));
  }

  private static int owner(Candidates candidates, long key) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.eligible(i)) {
        double score =
            -candidates.weight(i) / Math.log(unit(mix(key ^ candidates.id(i).hashCode())));
        if (best < 0 || score > highest) {
          best = i;
          highest = score;
        }
      }
    }
    return best;
  }

  /** A number in (0, 1). */
  private static double unit(long hash) {
    return ((hash >>> 11) + 0.5) * 0x1p-53;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
