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
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over, never compared
public record SequenceSpec(
    int[] prompt, int maxTokens, int[] stopTokens, int priority, CacheSalt salt) {}
