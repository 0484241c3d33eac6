package io.tokenlane.gateway.telemetry;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code x-request-id}: the client's where it is one, else a new one. */
public final class RequestIds {
  /** The field's name. */
  public static final String HEADER = "x-request-id";

  /** What may stand in a log line without harm. */
  private static final Pattern SOUND = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private RequestIds() {}

  /** The given id where it may stand in a log line, else a new one. */
  public static String keepOrMake(@Nullable String given) {
    return given != null && SOUND.matcher(given).matches() ? given : make();
  }

  private static String make() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "req-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong(), 8);
  }
}
