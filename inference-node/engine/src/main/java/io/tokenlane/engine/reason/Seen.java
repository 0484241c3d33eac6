package io.tokenlane.engine.reason;

import org.jspecify.annotations.Nullable;

/**
 * What a row of the model gave.
 *
 * @param token the token drawn; in a trial, the most likely one
 * @param logprob natural logarithm of its probability; only read in a trial
 * @param close probability of the closing tag, 0 to 1; only read where it was asked for
 * @param state last hidden state of the token before; only read where it was asked for
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Seen(int token, float logprob, float close, float @Nullable [] state) {}
