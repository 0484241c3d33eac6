package io.tokenlane.node.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Refuses settings, naming the setting, its value and what was expected. */
final class Check {
  private Check() {}

  static void that(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  static void range(String name, long value, long least, long most) {
    that(value >= least && value <= most, name, value, least + " to " + most);
  }

  static void duration(String name, Duration value, Duration most) {
    that(
        !value.isNegative() && value.compareTo(most) <= 0,
        name,
        value.toMillis() + " ms",
        "0 to " + most.toMillis() + " ms");
  }

  static @Nullable String blankToNull(@Nullable String value) {
    return value == null || value.isBlank() ? null : value;
  }
}
