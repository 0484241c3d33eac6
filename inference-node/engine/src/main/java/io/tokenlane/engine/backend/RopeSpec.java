package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.RopeStyle;

/**
 * A rotary embedding: pair i of a head turns by {@code position * frequencies[i]} radians, computed
 * in float32; elements beyond the pairs stay.
 *
 * @param style which elements form a pair
 * @param frequencies in radians per position; half as many as elements that turn; not changed after
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record RopeSpec(RopeStyle style, float[] frequencies) {}
