package io.tokenlane.prefetch.http;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP dates (RFC 9110 §5.6.7): the preferred form and the two obsolete ones. */
final class HttpDate {
  /** The weekday must be one; that it is the right one is not the receiver's to check. */
  private static final Pattern WEEKDAY =
      Pattern.compile("(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?(, | )");

  private static final List<DateTimeFormatter> AFTER_COMMA =
      List.of(form("dd MMM yyyy HH:mm:ss 'GMT'"), rfc850());
  private static final List<DateTimeFormatter> AFTER_BLANK = List.of(form("MMM ppd HH:mm:ss yyyy"));

  private HttpDate() {}

  /** Names compare without case, as what is sent is not always what is written in the rule. */
  private static DateTimeFormatter form(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.US);
  }

  private static DateTimeFormatter rfc850() {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern("dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.US);
  }

  /** The instant, or empty where the text has none of the three forms. */
  static Optional<Instant> parse(String text) {
    String stripped = text.strip();
    Matcher weekday = WEEKDAY.matcher(stripped.toLowerCase(Locale.ROOT));
    if (!weekday.lookingAt()) {
      return Optional.empty();
    }
    String rest = stripped.substring(weekday.end());
    List<DateTimeFormatter> forms = weekday.group().endsWith(", ") ? AFTER_COMMA : AFTER_BLANK;
    return forms.stream().flatMap(form -> parse(rest, form).stream()).findFirst();
  }

  private static Optional<Instant> parse(String text, DateTimeFormatter form) {
    try {
      return Optional.of(LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException anotherForm) {
      return Optional.empty();
    }
  }
}
