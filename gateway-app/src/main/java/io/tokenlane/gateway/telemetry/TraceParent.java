package io.tokenlane.gateway.telemetry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A trace's context as {@code traceparent} carries it (W3C Trace Context §3.2).
 *
 * @param traceId 32 hex digits, not all 0
 * @param spanId 16 hex digits, not all 0
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
  private static final Pattern FIELD =
      Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})");

  /** Empty where the field is missing or not as it should be. */
  static Optional<TraceParent> of(@Nullable String field) {
    if (field == null) {
      return Optional.empty();
    }
    Matcher matcher = FIELD.matcher(field.strip());
    return matcher.matches()
        ? Optional.of(
            new TraceParent(
                matcher.group(1),
                matcher.group(2),
                (Integer.parseInt(matcher.group(3), 16) & 1) == 1))
        : Optional.empty();
  }

  String render() {
    return "00-" + traceId + '-' + spanId + (sampled ? "-01" : "-00");
  }
}
