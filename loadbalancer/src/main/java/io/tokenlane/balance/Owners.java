package io.tokenlane.balance;

import io.tokenlane.balance.strategy.PrefixAffinity;
import io.tokenlane.balance.strategy.RendezvousHash;

/** Who is presumed to have a prompt's shared beginning in its cache. */
final class Owners {
  private Owners() {}

  /**
   * Tokens that the chosen node must compute: what it told that it lacks; else all, or only the
   * call's own if it is an owner.
   */
  static int tokensToCompute(Member[] fleet, Member chosen, Demand.Prompt prompt) {
    if (prompt.prefix() == 0) {
      return prompt.tokens();
    }
    double share = prompt.cachedShare(chosen.node().id());
    if (share >= 0) {
      return prompt.ownTokens() + (int) ((1 - share) * prompt.sharedTokens());
    }
    int before = 0;
    for (Member member : fleet) {
      if (member != chosen && member.serves() && wantsMore(prompt.prefix(), member, chosen)) {
        before++;
      }
    }
    return before < PrefixAffinity.OWNERS ? prompt.ownTokens() : prompt.tokens();
  }

  private static boolean wantsMore(long key, Member member, Member other) {
    return RendezvousHash.before(
        key, member.hash(), member.node().weight(), other.hash(), other.node().weight());
  }
}
