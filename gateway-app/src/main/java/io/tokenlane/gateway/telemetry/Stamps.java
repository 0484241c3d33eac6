package io.tokenlane.gateway.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Times as log lines have them, in UTC to the microsecond ({@code 2026-11-27T14:05:09.000123Z}):
 * the second's text is made once a second, since calendars cost more than all else in a line.
 * Thread-safe.
 */
final class Stamps {
  private static final int MICROS = 1_000_000;

  private static volatile @Nullable Second latest;

  private Stamps() {}

  private record Second(long epoch, String text) {}

  static String of(Instant at) {
    Second known = latest;
    if (known == null || known.epoch() != at.getEpochSecond()) {
      String text = Instant.ofEpochSecond(at.getEpochSecond()).toString();
      known = new Second(at.getEpochSecond(), text.substring(0, text.length() - 1) + '.');
      latest = known;
    }
    // The leading digit holds the zeros.
    String micros = Integer.toString(MICROS + at.getNano() / 1_000);
    return new StringBuilder(32)
        .append(known.text())
        .append(micros, 1, micros.length())
        .append('Z')
        .toString();
  }
}
