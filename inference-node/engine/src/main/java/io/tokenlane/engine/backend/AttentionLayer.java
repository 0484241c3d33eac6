package io.tokenlane.engine.backend;

import org.jspecify.annotations.Nullable;

/**
 * What one layer's attention needs besides activations.
 *
 * @param layer its index in the {@link KvStore}, from 0
 * @param shape its heads
 * @param rope the rotary embedding of queries and keys
 * @param queryNorm norm over each query head before it turns, where the architecture has one
 * @param keyNorm norm over each key head before it turns, where the architecture has one
 * @param rule how keys are scored, and which
 */
public record AttentionLayer(
    int layer,
    HeadShape shape,
    Rope rope,
    @Nullable Norm queryNorm,
    @Nullable Norm keyNorm,
    AttentionRule rule) {}
