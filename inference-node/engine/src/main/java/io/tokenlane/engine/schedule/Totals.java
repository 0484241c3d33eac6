package io.tokenlane.engine.schedule;

/**
 * What a scheduler counted since the start.
 *
 * @param promptTokens prompt tokens of the sequences that began to run
 * @param cachedTokens those of them that were found in the KV cache
 * @param generatedTokens tokens generated
 * @param preemptions sequences put back for want of blocks
 */
public record Totals(
    long promptTokens, long cachedTokens, long generatedTokens, long preemptions) {}
