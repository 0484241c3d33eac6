package io.tokenlane.engine.reason;

import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/**
 * The end of a text that grows token by token, as bytes, so that marks are found however tokens cut
 * them.
 */
final class Tail {
  private final IntFunction<byte[]> bytes;
  private final StringBuilder text = new StringBuilder();
  private final int kept;
  private int grown;

  /**
   * @param bytes what tokens stand for
   * @param kept how many bytes a mark may have at the most
   */
  Tail(IntFunction<byte[]> bytes, int kept) {
    this.bytes = bytes;
    this.kept = kept;
  }

  /** A mark as it is looked for: a character a byte. */
  static String mark(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Goes on with a token. */
  void add(int token) {
    String more = new String(bytes.apply(token), StandardCharsets.ISO_8859_1);
    if (text.length() > kept) {
      text.delete(0, text.length() - kept);
    }
    text.append(more);
    grown = more.length();
  }

  /** Whether the last token completed this mark. */
  boolean completes(String mark) {
    int from = Math.max(0, text.length() - grown - mark.length() + 1);
    return text.indexOf(mark, from) >= 0;
  }

  /** How many of these tokens come before one that would complete one of the marks. */
  int before(int[] tokens, int count, String... marks) {
    Tail ahead = new Tail(bytes, kept);
    ahead.text.append(text);
    for (int i = 0; i < count; i++) {
      ahead.add(tokens[i]);
      for (String mark : marks) {
        if (ahead.completes(mark)) {
          return i;
        }
      }
    }
    return count;
  }

  /** Whether the last token is more than white space. */
  boolean speaks() {
    return !text.substring(text.length() - grown).isBlank();
  }

  /** Forgets all of it. */
  void clear() {
    text.setLength(0);
    grown = 0;
  }
}
