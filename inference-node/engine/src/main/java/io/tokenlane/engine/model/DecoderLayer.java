package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;

/**
 * One decoder layer's weights on a backend.
 *
 * @param qkv queries, keys and values as one matrix
 * @param gateUp gate and up projection as one matrix
 */
record DecoderLayer(
    Norm attentionNorm,
    Linear qkv,
    AttentionLayer attention,
    Linear output,
    Norm mlpNorm,
    Linear gateUp,
    Linear down) {}
