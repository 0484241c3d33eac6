package io.tokenlane.compress;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of short stretches of text, remembered: each has a slot of two and the last ones to need
 * them have them, so memory is bounded and nothing is locked. Up to {@value #LONGEST_PACKED} ASCII
 * characters are a slot's key themselves, seven bits each under a leading one, beside their tokens
 * in one word; longer stretches are immutable entries. A race costs a count.
 */
final class CountCache {
  private static final int SLOT_BITS = 15;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final int LONGEST = 192;
  private static final int LONGEST_PACKED = 8;

  /** Eight characters are no more than 8 tokens. */
  private static final int TOKEN_BITS = 4;

  private static final long MIX = 0x9E3779B97F4A7C15L;

  private record Entry(String text, int tokens) {
    boolean isFor(String all, int from, int to) {
      return text.length() == to - from && all.startsWith(text, from);
    }
  }

  private final AtomicLongArray packed = new AtomicLongArray(SLOTS);
  private final @Nullable Entry[] entries = new @Nullable Entry[SLOTS];

  /** What the counter says of this part of the text. */
  int count(String text, int from, int to, ToIntFunction<String> counter) {
    if (to - from > LONGEST) {
      return counter.applyAsInt(text.substring(from, to));
    }
    long key = to - from > LONGEST_PACKED ? 0 : key(text, from, to);
    return key == 0 ? entry(text, from, to, counter) : packed(key, text, from, to, counter);
  }

  /** 0 if a character is not ASCII. */
  private static long key(String text, int from, int to) {
    long key = 1;
    int all = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      all |= c;
      key = key << 7 | c;
    }
    return all < 0x80 ? key : 0;
  }

  private int packed(long key, String text, int from, int to, ToIntFunction<String> counter) {
    int slot = (int) ((key * MIX) >>> (Long.SIZE - SLOT_BITS));
    long known = packed.getPlain(slot);
    if (known >>> TOKEN_BITS == key) {
      return tokens(known);
    }
    long other = packed.getPlain(slot ^ 1);
    if (other >>> TOKEN_BITS == key) {
      return tokens(other);
    }
    int tokens = counter.applyAsInt(text.substring(from, to));
    packed.setPlain(slot ^ 1, known);
    packed.setPlain(slot, key << TOKEN_BITS | tokens);
    return tokens;
  }

  private static int tokens(long known) {
    return (int) (known & ((1 << TOKEN_BITS) - 1));
  }

  private int entry(String text, int from, int to, ToIntFunction<String> counter) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int slot = (hash * (int) MIX) >>> (Integer.SIZE - SLOT_BITS);
    Entry known = entries[slot];
    if (known != null && known.isFor(text, from, to)) {
      return known.tokens;
    }
    Entry other = entries[slot ^ 1];
    if (other != null && other.isFor(text, from, to)) {
      return other.tokens;
    }
    String part = text.substring(from, to);
    int tokens = counter.applyAsInt(part);
    entries[slot ^ 1] = known;
    entries[slot] = new Entry(part, tokens);
    return tokens;
  }
}
