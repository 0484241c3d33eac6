package io.tokenlane.engine.reason;

/**
 * How a generation goes on after a draw.
 *
 * @param dropped tokens to take back from its end, those of a trial included
 * @param tokens what to append then; at least one
 * @param settled whether these stay; else they are a trial, to be taken back
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Verdict(int dropped, int[] tokens, boolean settled) {}
