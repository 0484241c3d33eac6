package io.tokenlane.engine;

import io.tokenlane.engine.run.Effort;

/**
 * Load and counters of an engine.
 *
 * @param running sequences that are being computed
 * @param waiting sequences that wait for their first step, or again after a preemption
 * @param maxRunning most sequences that are computed at once
 * @param kvBlocks blocks of the KV cache
 * @param kvBlocksUsed blocks owned by sequences
 * @param prefixQueries prompt tokens looked up in the prefix index, since start
 * @param prefixHits those of them that were found
 * @param forkedTokens prompt tokens that a further answer shared with the first, since start;
 *     neither looked up nor computed
 * @param promptTokens prompt tokens computed, found or shared, since start
 * @param generatedTokens tokens generated, since start
 * @param steps steps run, since start
 * @param preemptions sequences put back for want of blocks, since start
 * @param expired generations that failed as they waited too long for their first step, since start
 * @param kvBlocksPinned blocks reserved for pinned prefixes
 * @param stepTokens most tokens that the next step computes while others wait for their next token
 * @param effort what the tokens of ended generations took, since start
 */
public record EngineStats(
    int running,
    int waiting,
    int maxRunning,
    int kvBlocks,
    int kvBlocksUsed,
    long prefixQueries,
    long prefixHits,
    long forkedTokens,
    long promptTokens,
    long generatedTokens,
    long steps,
    long preemptions,
    long expired,
    int kvBlocksPinned,
    int stepTokens,
    Effort.Counts effort) {

  /** Share of the KV cache that is in use, 0 to 1. */
  public double kvUsage() {
    return kvBlocks == 0 ? 0 : (double) kvBlocksUsed / kvBlocks;
  }
}
