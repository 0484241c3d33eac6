package io.tokenlane.gateway.resilience;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer may take. A limit of 0 is none; one that is not set is inherited.
 *
 * @param firstByte until the first byte of a stream or of a plain route's answer; a model call that
 *     is not streamed says nothing until it is whole, so only {@code total} holds for it; ≥ 0
 * @param idle between two parts of an answer that has begun; ≥ 0
 * @param total from the request's arrival to the last byte; ≥ 0
 */
public record TimeLimits(
    @Nullable Duration firstByte, @Nullable Duration idle, @Nullable Duration total) {

  static final TimeLimits NONE = new TimeLimits(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Checks the ranges. */
  public TimeLimits {
    requireNotNegative("first_byte", firstByte);
    requireNotNegative("idle", idle);
    requireNotNegative("total", total);
  }

  private static void requireNotNegative(String name, @Nullable Duration value) {
    if (value != null && value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }

  /** These, and {@code inherited} where one is not set. */
  TimeLimits or(TimeLimits inherited) {
    return new TimeLimits(
        firstByte == null ? inherited.firstByte : firstByte,
        idle == null ? inherited.idle : idle,
        total == null ? inherited.total : total);
  }

  long firstByteNanos() {
    return nanos(firstByte);
  }

  long idleNanos() {
    return nanos(idle);
  }

  long totalNanos() {
    return nanos(total);
  }

  private static long nanos(@Nullable Duration limit) {
    return limit == null || limit.isZero() ? Long.MAX_VALUE : limit.toNanos();
  }
}
