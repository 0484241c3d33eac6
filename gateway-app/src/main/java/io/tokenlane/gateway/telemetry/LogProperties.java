package io.tokenlane.gateway.telemetry;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.log}.
 *
 * @param access file of the access log, JSON lines; default standard output
 * @param audit file of the audit log: who was refused (401, 403, 429); default none
 * @param capacity lines that may wait for the file; 16 to 1048576, default 8192
 * @param sample share of the requests that went well which is logged, 0 to 1; the others always
 *     are; default 1
 */
public record LogProperties(
    @Nullable String access,
    @Nullable String audit,
    @DefaultValue("8192") int capacity,
    @DefaultValue("1") double sample) {
  private static final int MOST = 1 << 20;

  /** Checks the ranges. */
  public LogProperties {
    if (capacity < 16 || capacity > MOST) {
      throw new IllegalArgumentException(
          "capacity: " + capacity + " (expected: 16 to " + MOST + ")");
    }
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("sample: " + sample + " (expected: 0 to 1)");
    }
  }
}
