package io.tokenlane.engine;

/** Refuses values out of range, naming the field, its value and what was expected. */
final class Range {
  private Range() {}

  static void require(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d (expected: %d to %d)".formatted(name, value, least, most));
    }
  }
}
