package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * {@code http.server.requests} with the tags of Spring's own observation, which keeps five maps for
 * each exchange as long as it goes on and makes its tags anew at each end.
 */
final class RequestTimes {
  private static final String NAME = "http.server.requests";
  private static final String NONE = "none";
  private static final String UNKNOWN = "UNKNOWN";
  private static final int NOT_FOUND = 404;

  private final MeterRegistry registry;
  private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

  /**
   * What tells timers apart. Methods that are no standard ones are one, so that there are few.
   *
   * @param toTheEnd whether the client was there to the end
   */
  private record Kind(String method, int status, boolean toTheEnd) {}

  RequestTimes(MeterRegistry registry) {
    this.registry = registry;
  }

  void count(Ending ending) {
    count(ending.method(), ending.status(), ending.outcome(), ending.durationNanos());
  }

  void count(PassedRequests.Passed passed) {
    count(passed.method(), passed.status(), passed.outcome(), passed.totalNanos());
  }

  private void count(String method, int status, String outcome, long nanos) {
    // A client that left before there was a status would have got a good one, as far as is known.
    int told = status == 0 ? HttpStatus.OK.value() : status;
    Kind kind = new Kind(method(method), told, !outcome.equals("cancelled"));
    Timer known = timers.get(kind);
    (known == null ? timers.computeIfAbsent(kind, this::timer) : known)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private static String method(String method) {
    return switch (method) {
      case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY" -> method;
      default -> UNKNOWN;
    };
  }

  private Timer timer(Kind kind) {
    HttpStatus.Series series = HttpStatus.Series.resolve(kind.status());
    return Timer.builder(NAME)
        .tags(
            Tags.of(
                "method",
                kind.method(),
                "status",
                Integer.toString(kind.status()),
                "outcome",
                kind.toTheEnd() ? outcome(series) : UNKNOWN,
                "uri",
                uri(kind.status(), series),
                "error",
                NONE,
                "exception",
                NONE))
        .register(registry);
  }

  private static String outcome(HttpStatus.@Nullable Series series) {
    return series == null
        ? UNKNOWN
        : series == HttpStatus.Series.SUCCESSFUL ? "SUCCESS" : series.name();
  }

  /** Routes have no templates that could stand for a path. */
  private static String uri(int status, HttpStatus.@Nullable Series series) {
    return status == NOT_FOUND
        ? "NOT_FOUND"
        : series == HttpStatus.Series.REDIRECTION ? series.name() : UNKNOWN;
  }
}
