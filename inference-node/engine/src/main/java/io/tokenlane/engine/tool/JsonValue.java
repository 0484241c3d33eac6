package io.tokenlane.engine.tool;

/** Finds the end of a JSON value, character by character. */
final class JsonValue {
  private int depth;
  private boolean string;
  private boolean escaped;
  private boolean begun;

  /** Where a character stands. */
  enum Place {
    /** It belongs to the value, which may go on. */
    INSIDE,
    /** It ends the value and belongs to it. */
    LAST,
    /** It is behind a value without an end of its own, such as a number. */
    BEHIND
  }

  Place accept(char c) {
    if (string) {
      return inString(c);
    }
    boolean first = !begun;
    begun = true;
    switch (c) {
      case '"' -> string = true;
      case '{', '[' -> depth++;
      case '}', ']' -> {
        if (depth == 0) {
          return Place.BEHIND;
        }
        depth--;
        return depth == 0 ? Place.LAST : Place.INSIDE;
      }
      default -> {
        boolean separates = c == ',' || CallReader.isSpace(c);
        return depth == 0 && separates && !first ? Place.BEHIND : Place.INSIDE;
      }
    }
    return Place.INSIDE;
  }

  private Place inString(char c) {
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '"') {
      string = false;
      return depth == 0 ? Place.LAST : Place.INSIDE;
    }
    return Place.INSIDE;
  }
}
