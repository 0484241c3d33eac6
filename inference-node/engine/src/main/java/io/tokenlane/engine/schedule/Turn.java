package io.tokenlane.engine.schedule;

/**
 * How a sequence goes on after a step.
 *
 * @param keep its first tokens, which stay; never fewer than its prompt has
 * @param tokens what follows them; at least one
 * @param settled whether these are there to stay. Tokens that are not are computed like others, but
 *     are nobody's prefix, end no sequence, do not count as generated, and the next turn may take
 *     them back
 * @param held how many of the last settled tokens a later turn may yet take back; nobody shares
 *     them until then
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Turn(int keep, int[] tokens, boolean settled, int held) {}
