package io.tokenlane.compress;

import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of short stretches of text, remembered: each has one slot and the last one to need it has
 * it, so memory is bounded and nothing is locked. Entries are immutable; a race costs a count.
 */
final class CountCache {
  private static final int SLOTS = 1 << 15;
  private static final int LONGEST = 192;

  private record Entry(String text, int tokens) {}

  private final @Nullable Entry[] entries = new @Nullable Entry[SLOTS];

  /** What the counter says of this part of the text. */
  int count(String text, int from, int to, ToIntFunction<String> counter) {
    if (to - from > LONGEST) {
      return counter.applyAsInt(text.substring(from, to));
    }
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    Entry known = entries[slot];
    if (known != null && known.text.length() == to - from && text.startsWith(known.text, from)) {
      return known.tokens;
    }
    String part = text.substring(from, to);
    int tokens = counter.applyAsInt(part);
    entries[slot] = new Entry(part, tokens);
    return tokens;
  }
}
