package io.tokenlane.gateway.limit;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is limited. */
enum Measure {
  REQUESTS_PER_MINUTE("requests_per_minute", "requests", Window.MINUTE, 1),
  TOKENS_PER_MINUTE("tokens_per_minute", "tokens", Window.MINUTE, 1),
  TOKENS_PER_MONTH("tokens_per_month", "tokens", Window.BEYOND_A_MONTH, 1),
  COST_PER_MONTH("cost_per_month", "cost", Window.BEYOND_A_MONTH, 1_000_000);

  private final String property;
  private final String kind;
  private final Duration window;
  private final long units;

  /** In which an amount comes back. */
  private static final class Window {
    static final Duration MINUTE = Duration.ofMinutes(1);

    /** Longer than any month: a month's quota never comes back, the next month's is another. */
    static final Duration BEYOND_A_MONTH = Duration.ofDays(32);
  }

  /** Of one that is configured, there are {@code units} to count. */
  Measure(String property, String kind, Duration window, long units) {
    this.property = property;
    this.kind = kind;
    this.window = window;
    this.units = units;
  }

  Duration window() {
    return window;
  }

  /** A configured amount, as it is counted. */
  long capacity(Number amount) {
    return amount instanceof Long whole && units == 1
        ? whole
        : Math.round(amount.doubleValue() * units);
  }

  /**
   * Checks a configured amount.
   *
   * @throws IllegalArgumentException unless at least one unit of it comes back in its window, and
   *     at most one a nanosecond, as Bucket4j counts
   */
  void check(@Nullable Number amount) {
    if (amount != null) {
      long capacity = capacity(amount);
      long most = window.toNanos();
      if (capacity < 1 || capacity > most) {
        throw new IllegalArgumentException(
            property + ": " + amount + " (expected: " + shown(1) + " to " + shown(most) + ")");
      }
    }
  }

  private String shown(long capacity) {
    return BigDecimal.valueOf(capacity).divide(BigDecimal.valueOf(units)).toPlainString();
  }

  String property() {
    return property;
  }

  /** As in OpenAI's {@code x-ratelimit-…} fields. */
  String kind() {
    return kind;
  }

  boolean monthly() {
    return this == TOKENS_PER_MONTH || this == COST_PER_MONTH;
  }

  /** Whether what was taken is corrected when the call has ended. */
  boolean settled() {
    return this != REQUESTS_PER_MINUTE;
  }
}
