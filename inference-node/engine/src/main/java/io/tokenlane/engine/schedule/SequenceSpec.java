package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.CacheSalt;

/**
 * What a sequence is to do.
 *
 * @param prompt token ids, at least one; not changed afterwards
 * @param maxTokens most tokens to generate; 0 only computes the prompt, which must then fill its
 *     blocks, so that later sequences find it
 * @param stopTokens ids that end the sequence; not changed afterwards
 * @param priority higher runs earlier
 * @param salt who shares its blocks
 * @param mark what blocks of tokens that leave the model early are marked with; 0 if none does
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over, never compared
public record SequenceSpec(
    int[] prompt, int maxTokens, int[] stopTokens, int priority, CacheSalt salt, long mark) {

  /** A sequence whose tokens go through all layers. */
  public SequenceSpec(int[] prompt, int maxTokens, int[] stopTokens, int priority, CacheSalt salt) {
    this(prompt, maxTokens, stopTokens, priority, salt, 0);
  }
}
