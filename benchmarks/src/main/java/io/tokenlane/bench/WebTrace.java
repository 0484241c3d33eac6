package io.tokenlane.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The GETs of a log in Common Log Format, in the order of their times. */
final class WebTrace {
  private static final Pattern LINE =
      Pattern.compile("(\\S+) \\S+ \\S+ \\[(\\S+) [^]]*] \"GET (\\S+).*");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss", Locale.US);

  /** One request. */
  record Request(double atSeconds, String client, String target) {}

  private WebTrace() {}

  /** Zones are left out: they differ from line to line in these logs, the times do not. */
  static List<Request> read(Path log) throws IOException {
    return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(line -> new Request(seconds(line.group(2)), line.group(1), line.group(3)))
        .sorted(Comparator.comparingDouble(Request::atSeconds))
        .toList();
  }

  private static double seconds(String time) {
    return LocalDateTime.parse(time, TIME).toEpochSecond(ZoneOffset.UTC);
  }
}
