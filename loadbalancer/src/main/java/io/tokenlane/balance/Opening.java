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
record Opening(long at, boolean trial, int tokens, long tokensAhead, int place, int ended) {}
