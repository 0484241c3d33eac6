package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import org.jspecify.annotations.Nullable;

/**
 * One decoder layer's weights on a backend.
 *
 * @param qkv queries, keys and values as one matrix
 * @param attentionPostNorm norm of what attention gives, where there is one
 * @param gateUp gate and up projection as one matrix
 * @param mlpPostNorm norm of what the feed-forward network gives, where there is one
 */
record DecoderLayer(
    Norm attentionNorm,
    Linear qkv,
    AttentionLayer attention,
    Linear output,
    @Nullable Norm attentionPostNorm,
    Norm mlpNorm,
    Linear gateUp,
    Linear down,
    @Nullable Norm mlpPostNorm) {}
