package io.tokenlane.engine;

import io.tokenlane.engine.kv.BlockHash;
import org.jspecify.annotations.Nullable;

/**
 * A block of the KV cache can be found by later prompts, or cannot any more.
 *
 * @param number counts the engine's events, from 1, without gaps
 * @param stored true if it can be found from now on, false if no more
 * @param hash what it holds
 * @param parent the block before it; null if evicted, or if it is the first of its prefix
 */
public record KvEvent(long number, boolean stored, BlockHash hash, @Nullable BlockHash parent) {}
