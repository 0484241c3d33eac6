package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import java.util.List;

/** A decoder's weights on a backend. */
record DecoderWeights(
    Linear embedding, List<DecoderLayer> layers, Norm finalNorm, Linear head, HeadShape heads) {}
