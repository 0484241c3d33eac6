package io.tokenlane.engine.reason;

/**
 * What became of the reasoning of a generation.
 *
 * @param end why it ended
 * @param steps whole steps that it had
 * @param tokens its tokens, tags included
 * @param trials trial answers that were decoded
 * @param trialTokens tokens of those, which are no part of the answer
 * @param droppedTokens tokens that were generated and taken back, to end at a step's border
 */
public record ThinkingReport(
    ThinkingEnd end, int steps, int tokens, int trials, int trialTokens, int droppedTokens) {}
