package io.tokenlane.engine.token;

/** Characters with Unicode's property White_Space; all are in the basic plane. */
final class WhiteSpace {
  private static final int NEXT_LINE = 0x85;

  private WhiteSpace() {}

  static boolean is(char c) {
    return Character.isSpaceChar(c) || (c >= '\t' && c <= '\r') || c == NEXT_LINE;
  }
}
