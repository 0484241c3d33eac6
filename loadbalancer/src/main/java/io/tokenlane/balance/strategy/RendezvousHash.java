package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * Sends equal keys to the same node: the one with the highest weighted score of (key, node), so
 * when a node goes only its own keys move (weighted rendezvous hashing, Thaler and Ravishankar
 * 1998; score −w / ln u). A call without a key goes to the node with the fewest calls in flight.
 */
public final class RendezvousHash implements BalancingStrategy {
  private static final BalancingStrategy KEYLESS = new WeightedLeastConnections();

  RendezvousHash() {}

  @Override
  public String name() {
    return "ip-hash";
  }

  @Override
  public int choose(Candidates candidates) {
    @Nullable String key = candidates.key();
    return key == null
        ? KEYLESS.choose(candidates)
        : owner(candidates, hash(key), Double.POSITIVE_INFINITY);
  }

  /** The eligible node of the highest score below {@code below}; −1 if there is none. */
  static int owner(Candidates candidates, long key, double below) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      if (candidates.eligible(i)) {
        double score = score(key, candidates.hash(i), candidates.weight(i));
        if (score < below && score > highest) {
          best = i;
          highest = score;
        }
      }
    }
    return best;
  }

  /** How much a node of this hash and weight wants the key; &gt; 0. */
  public static double score(long key, long node, double weight) {
    double unit = ((mix(key ^ node) >>> 11) + 0.5) * 0x1p-53;
    return -weight / Math.log(unit);
  }

  /** FNV-1a over the UTF-16 units, mixed: the same on every machine. */
  public static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
