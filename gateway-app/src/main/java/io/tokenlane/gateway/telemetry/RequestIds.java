package io.tokenlane.gateway.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code x-request-id}: the client's where it is one, else a new one. */
public final class RequestIds {
  /** The field's name. */
  public static final String HEADER = "x-request-id";

  /** What may stand in a log line without harm. */
  private static final Pattern SOUND = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private static final byte[] PREFIX = "req-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGITS = 24;

  private RequestIds() {}

  /** The given id where it may stand in a log line, else a new one. */
  public static String keepOrMake(@Nullable String given) {
    return given != null && SOUND.matcher(given).matches() ? given : make();
  }

  /** A new one: 96 random bits. */
  public static String make() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    byte[] id = new byte[PREFIX.length + DIGITS];
    System.arraycopy(PREFIX, 0, id, 0, PREFIX.length);
    hex(random.nextLong(), id, PREFIX.length, Long.BYTES * 2);
    hex(random.nextLong(), id, PREFIX.length + Long.BYTES * 2, Long.BYTES);
    return new String(id, StandardCharsets.ISO_8859_1);
  }

  private static void hex(long bits, byte[] to, int at, int digits) {
    long rest = bits;
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = HEX[(int) rest & 0xf];
      rest >>>= 4;
    }
  }
}
