package io.tokenlane.balance.strategy;

/**
 * For model calls whose prompts begin alike: sends them where that beginning is already computed.
 *
 * <p>The {@value #OWNERS} nodes of the highest rendezvous scores for the beginning own it; all
 * gateways agree on them without talking. Predicted time to the first token, in tokens to compute
 * at the fleet's speed:
 *
 * <pre>
 * owner of rank r: prefillSlowness · (tokens ahead + own tokens + 0.4 · r · shared tokens)
 * any other node:  prefillSlowness · (tokens ahead + own tokens + shared tokens)
 * </pre>
 *
 * where the ahead are the most of this gateway's pending tokens and what the node reports. The
 * second and third owner are charged a part of the beginning, so that a seldom beginning stays on
 * one node and caches are not filled with copies. Another node gets the call only if that saves
 * three times the beginning's computation: every spill also pushes other beginnings out of a cache.
 *
 * <p>Where a node tells what it holds, presumption gives way: it is charged the part m of the
 * beginning that it lacks, as an owner m · (1 + 0.4 · r) · shared tokens; and one that holds any of
 * it counts like an owner.
 *
 * <p>A slowness below 1.5 counts as none: it is mostly other gateways' calls in the same queue, and
 * to run from those moves beginnings about. A slower owner is presumed to have nothing, since its
 * beginnings go to the others, and computing one there would take longest. The answer's tokens to
 * come cost the same on all nodes but on one that generates slowly: it is charged for what they
 * take longer there. A call without a beginning goes by {@code ewma}.
 */
public final class PrefixAffinity implements BalancingStrategy {
  /** Nodes that share a beginning. */
  public static final int OWNERS = 3;

  private static final BalancingStrategy OTHERS = new Ewma();
  private static final double SLOW = 1.5;
  private static final double SPILL_SAVES = 3;
  private static final double RANK_PENALTY = 0.4;

  PrefixAffinity() {}

  @Override
  public String name() {
    return "prefix-affinity";
  }

  @Override
  public int choose(Candidates candidates) {
    return candidates.prefix() == 0 ? OTHERS.choose(candidates) : byPrefix(candidates);
  }

  private static int byPrefix(Candidates candidates) {
    long owners = RendezvousHash.firstThree(candidates, candidates.prefix());
    int best = RendezvousHash.ranked(owners, 0);
    double fewest = Double.POSITIVE_INFINITY;
    for (int rank = 0; rank < OWNERS; rank++) {
      int owner = RendezvousHash.ranked(owners, rank);
      if (owner < 0) {
        return best;
      }
      double tokens = tokens(candidates, owner, ofOwner(candidates, owner, rank));
      if (tokens < fewest) {
        best = owner;
        fewest = tokens;
      }
    }
    int holder = candidates.someTellWhatTheyHave() ? holder(candidates, fewest, owners) : -1;
    return holder >= 0 ? holder : spilled(candidates, best, fewest, owners);
  }

  /** What an owner has to compute of the beginning, and is charged for being a further one. */
  private static double ofOwner(Candidates candidates, int owner, int rank) {
    double has = candidates.cachedShare(owner);
    double further = RANK_PENALTY * rank;
    if (has >= 0) {
      return candidates.sharedTokens() * (1 - has) * (1 + further);
    }
    boolean slow = candidates.prefillSlowness(owner) >= SLOW;
    return candidates.sharedTokens() * (slow ? 1 + further : further);
  }

  /** The best node that is no owner but has of the beginning, where it is better; else −1. */
  private static int holder(Candidates candidates, double ownerTokens, long owners) {
    int best = -1;
    double fewest = ownerTokens;
    for (int i = 0; i < candidates.size(); i++) {
      double has = candidates.eligible(i) ? candidates.cachedShare(i) : 0;
      if (has > 0 && !owns(owners, i)) {
        double tokens = tokens(candidates, i, (1 - has) * candidates.sharedTokens());
        if (tokens < fewest) {
          best = i;
          fewest = tokens;
        }
      }
    }
    return best;
  }

  /** The best of the others, where it saves enough; else the owner. */
  private static int spilled(Candidates candidates, int owner, double ownerTokens, long owners) {
    int shared = candidates.sharedTokens();
    int best = owner;
    double enough = ownerTokens - SPILL_SAVES * shared;
    if (enough <= 0) {
      return owner;
    }
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.eligible(i) && !owns(owners, i)) {
        double tokens = tokens(candidates, i, shared);
        if (tokens < enough) {
          best = i;
          enough = tokens;
        }
      }
    }
    return best;
  }

  private static boolean owns(long owners, int index) {
    return index == RendezvousHash.ranked(owners, 0)
        || index == RendezvousHash.ranked(owners, 1)
        || index == RendezvousHash.ranked(owners, 2);
  }

  private static double tokens(Candidates candidates, int index, double beginning) {
    int own = candidates.ownTokens();
    double good = candidates.successRate(index);
    return (slowness(candidates.prefillSlowness(index))
                * (candidates.tokensAhead(index) + own + beginning)
            + (slowness(candidates.decodeSlowness(index)) - 1) * candidates.outputAsPrompt())
        / (good * good);
  }

  private static double slowness(double known) {
    return known < SLOW ? 1 : known;
  }
}
