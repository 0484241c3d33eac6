package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.RopeStyle;

/**
 * A rotary embedding: pair i of a head turns by {@code position * frequencies[i]} radians, computed
 * in float32, and is multiplied by {@code magnitude}; elements beyond the pairs stay.
 *
 * @param style which elements form a pair
 * @param frequencies in radians per position; half as many as elements that turn; not changed after
 * @param magnitude 1 unless the scaling of frequencies wants it (Peng et al. 2023, section 3.4)
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record RopeSpec(RopeStyle style, float[] frequencies, float magnitude) {}
