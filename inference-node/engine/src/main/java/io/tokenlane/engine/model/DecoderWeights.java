package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import java.util.List;

/**
 * A decoder's weights on a backend.
 *
 * @param finalGain the gain of the final norm, on the host too
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record DecoderWeights(
    Linear embedding,
    List<DecoderLayer> layers,
    Norm finalNorm,
    float[] finalGain,
    Linear head,
    HeadShape heads) {}
