package io.tokenlane.node.answer;

/**
 * A prompt in tokens.
 *
 * @param tokens its ids, not to be changed
 * @param opensReasoning whether its text ended with the opening tag of the reasoning
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over to the engine, never compared
public record Prompt(int[] tokens, boolean opensReasoning) {}
