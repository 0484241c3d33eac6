package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * Sends equal keys to the same node: the one with the highest weighted score of (key, node), so
 * when a node goes only its own keys move (weighted rendezvous hashing, Thaler and Ravishankar
 * 1998; score −w / ln u). A call without a key goes to the node with the fewest calls in flight.
 */
public final class RendezvousHash implements BalancingStrategy {
  private static final BalancingStrategy KEYLESS = new WeightedLeastConnections();

  /** Bits of a node's number in {@link #firstThree}: fleets of up to two million. */
  private static final int RANK_BITS = 21;

  private static final int NOBODY = -1;

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

  /**
   * The eligible node that wants the key most, of those with fewer calls than this per weight,
   * rounded up.
   *
   * @return −1 if there is none
   */
  static int owner(Candidates candidates, long key, double callsPerWeight) {
    int best = NOBODY;
    long most = 0;
    double itsWeight = 0;
    for (int i = 0; i < candidates.size(); i++) {
      if (!candidates.eligible(i)) {
        continue;
      }
      double weight = candidates.weight(i);
      if (candidates.inFlight(i) >= Math.ceil(callsPerWeight * weight)) {
        continue;
      }
      long draw = draw(key, candidates.hash(i));
      if (best == NOBODY || before(draw, weight, most, itsWeight)) {
        best = i;
        most = draw;
        itsWeight = weight;
      }
    }
    return best;
  }

  /**
   * The three eligible nodes that want the key most, in one pass and one number: {@link #ranked}
   * reads it.
   */
  static long firstThree(Candidates candidates, long key) {
    int first = NOBODY;
    int second = NOBODY;
    int third = NOBODY;
    long least = 0;
    double itsWeight = 0;
    for (int i = 0; i < candidates.size(); i++) {
      if (!candidates.eligible(i)) {
        continue;
      }
      long draw = draw(key, candidates.hash(i));
      if (third != NOBODY && !before(draw, candidates.weight(i), least, itsWeight)) {
        continue;
      }
      if (second != NOBODY && before(candidates, key, second, i)) {
        third = i;
      } else {
        third = second;
        boolean leads = first == NOBODY || before(candidates, key, i, first);
        second = leads ? first : i;
        first = leads ? i : first;
      }
      if (third != NOBODY) {
        least = draw(key, candidates.hash(third));
        itsWeight = candidates.weight(third);
      }
    }
    return packed(first, 0) | packed(second, 1) | packed(third, 2);
  }

  private static long packed(int index, int rank) {
    return (index + 1L) << (rank * RANK_BITS);
  }

  /** Of {@link #firstThree} the one of this rank, from 0; −1 if there are not as many. */
  static int ranked(long three, int rank) {
    return (int) ((three >>> (rank * RANK_BITS)) & ((1 << RANK_BITS) - 1)) - 1;
  }

  private static boolean before(Candidates candidates, long key, int one, int other) {
    return before(
        draw(key, candidates.hash(one)),
        candidates.weight(one),
        draw(key, candidates.hash(other)),
        candidates.weight(other));
  }

  /** Whether a node that drew this stands before another; between equal weights draws decide. */
  private static boolean before(long draw, double weight, long other, double otherWeight) {
    return weight == otherWeight ? draw > other : score(draw, weight) > score(other, otherWeight);
  }

  /** Whether the first node wants the key more than the second. */
  public static boolean before(
      long key, long node, double weight, long otherNode, double otherWeight) {
    return before(draw(key, node), weight, draw(key, otherNode), otherWeight);
  }

  /** What a node draws for a key, 53 bits. */
  private static long draw(long key, long node) {
    return mix(key ^ node) >>> 11;
  }

  private static double score(long draw, double weight) {
    return -weight / Math.log((draw + 0.5) * 0x1p-53);
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
