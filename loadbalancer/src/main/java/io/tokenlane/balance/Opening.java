package io.tokenlane.balance;

/**
 * The beginning of a lease.
 *
 * @param at when it was taken
 * @param trial whether it is the one trial of an ejected node
 * @param tokens prompt tokens the node has to compute for it, as far as known
 * @param tokensAhead these and all in front of them
 * @param place which of the node's calls in flight it was then; ≥ 1
 * @param ended how many calls of the node had ended before
 */
record Opening(long at, boolean trial, int tokens, long tokensAhead, int place, int ended) {
  /**
   * Prompt tokens that the node computed until the answer began: what it told of this call's, else
   * what was presumed.
   *
   * @param cached {@link Lease#UNTOLD} if it did not say this time
   */
  long computed(int prompt, int cached, boolean tells) {
    int own = tells && prompt > 0 ? prompt - Math.max(0, cached) : tokens;
    return tokensAhead - tokens + own;
  }
}
