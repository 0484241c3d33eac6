package io.tokenlane.engine.run;

/**
 * What followed a few tokens when they stood in a text before, and how far that can be relied on.
 *
 * <p>Two levels, as branch predictors have them (Yeh and Patt 1991): an entry keeps, for a context
 * of some length, the token that followed and whether it did the last four times; {@link Rates}
 * learns how often entries of that length with such a past are right. So a context that was seen
 * once is worth as much as such contexts have shown to be, whatever the text.
 *
 * <p>A table of fixed size in which the newest entry of a slot stays. Entries are told apart by 32
 * further bits of their hash, into which a seed goes: those of different seeds do not meet but by
 * chance. Lookups and learning cost the same however much was seen. Not thread-safe.
 */
final class Continuations {
  private static final int PAST = 4;
  private static final int NO_PAST = 1;

  /** A past of two or fewer is below this. */
  private static final int SHORT_PAST = 1 << 3;

  private final int[] lengths;
  private final Rates rates;
  private final int mask;
  private final int[] tags;
  private final int[] tokens;
  private final byte[] pasts;

  /** How often entries were right, by the length of their context and their past. */
  static final class Rates {
    private static final float NEWEST = 0.03f;

    private final float[] shares;

    /**
     * @param lengths how many lengths of contexts there are
     */
    Rates(int lengths) {
      shares = new float[lengths << (PAST + 1)];
      for (int i = 0; i < shares.length; i++) {
        int past = Math.max(NO_PAST, i & ((2 << PAST) - 1));
        int outcomes = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(past);
        shares[i] = (float) Integer.bitCount(past) / (outcomes + 2);
      }
    }

    private float share(int length, int past) {
      return shares[(length << (PAST + 1)) + past];
    }

    private void learn(int length, int past, boolean right) {
      int at = (length << (PAST + 1)) + past;
      shares[at] += NEWEST * ((right ? 1 : 0) - shares[at]);
    }
  }

  /**
   * @param slots a power of two
   * @param rates made for as many lengths
   * @param lengths of contexts, in tokens, ascending
   */
  Continuations(int slots, Rates rates, int... lengths) {
    this.rates = rates;
    this.lengths = lengths.clone();
    mask = slots - 1;
    tags = new int[slots];
    tokens = new int[slots];
    pasts = new byte[slots];
  }

  /** Asks what followed the last of the first {@code end} tokens of a text; no vote if nothing. */
  void ask(int[] text, int end, long seed, Votes votes) {
    long taken = seed;
    for (int i = 0, from = 0; i < lengths.length && lengths[i] <= end; i++) {
      taken = take(taken, text, end - from, lengths[i] - from);
      from = lengths[i];
      long hash = (taken + from) * 0xD6E8FEB86659FD93L;
      int slot = (int) hash & mask;
      if (tags[slot] == tag(hash)) {
        votes.add(tokens[slot], rates.share(i, pasts[slot]));
      }
    }
  }

  /** Learns that the token at {@code end} followed those before it. */
  void learn(int[] text, int end, long seed) {
    long taken = seed;
    for (int i = 0, from = 0; i < lengths.length && lengths[i] <= end; i++) {
      taken = take(taken, text, end - from, lengths[i] - from);
      from = lengths[i];
      long hash = (taken + from) * 0xD6E8FEB86659FD93L;
      int slot = (int) hash & mask;
      if (tags[slot] == tag(hash)) {
        learn(i, slot, text[end]);
      } else {
        tags[slot] = tag(hash);
        tokens[slot] = text[end];
        pasts[slot] = NO_PAST;
      }
    }
  }

  private void learn(int length, int slot, int token) {
    boolean right = tokens[slot] == token;
    rates.learn(length, pasts[slot], right);
    int past = (pasts[slot] << 1) | (right ? 1 : 0);
    if (past >>> (PAST + 1) > 0) {
      past = (past & ((1 << PAST) - 1)) | (1 << PAST);
    }
    pasts[slot] = (byte) past;
    if (!right && (past < SHORT_PAST || (past & 3) == 0)) {
      tokens[slot] = token;
    }
  }

  /** Takes into a hash the last so many of the first {@code end} tokens, the last one first. */
  private static long take(long hash, int[] text, int end, int count) {
    long taken = hash;
    for (int i = end - 1; i >= end - count; i--) {
      taken = (taken ^ text[i]) * 0x9E3779B97F4A7C15L;
      taken ^= taken >>> 32;
    }
    return taken;
  }

  /** Never that of an empty slot. */
  private static int tag(long hash) {
    return (int) (hash >>> 32) | 1;
  }
}
