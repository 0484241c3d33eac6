package io.tokenlane.engine.run;

import io.tokenlane.engine.sample.Draw;
import org.jspecify.annotations.Nullable;

/**
 * What a row gave.
 *
 * @param draw what sampling gave
 * @param probability of the token that the sequence's {@link Probe} names; 0 if it names none
 * @param state the hidden state that the logits were made of; null unless the probe asks for it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Drawn(Draw draw, float probability, float @Nullable [] state) {}
