package io.tokenlane.gateway.prefetch;

import io.tokenlane.prefetch.PrefetchPlan;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code prefetch}, or {@code tokenlane.prefetch}.
 *
 * @param enabled whether anything is prefetched; default true where the section is there
 * @param ttlSeconds how long a prefetched answer is served where its origin does not say, and at
 *     most, in seconds; &gt; 0, default 300
 * @param endpoints paths with their queries, as a client asks this gateway for them; {@code POST
 *     /path content} or {@code QUERY /path content} on routes that are {@code prefetchable}
 * @param concurrency fetches at once; ≥ 1, default 2
 * @param foresight what is fetched ahead beside the endpoints; default: nothing
 * @param schedules endpoints that are fetched at certain times
 * @param bytesPerMinute what all prefetches together may take, as {@code 10MB}; ≥ 0, default 0: no
 *     bound
 * @param prefixes whether nodes compute the beginning of registered templates ahead; default false
 * @param carbonWait how long a refresh of endpoints, or such a computation, may wait for minutes
 *     with less CO2 ({@code tokenlane.energy.carbon_schedule} or {@code carbon_uri}); what it would
 *     refresh may expire meanwhile; 0 to 24 h, default 0: not at all
 * @param conversations whether a node computes a conversation that was answered from the cache and
 *     is likely to go on; default false
 */
public record PrefetchProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("300") int ttlSeconds,
    @DefaultValue List<String> endpoints,
    @DefaultValue("2") int concurrency,
    @Nullable ForesightProperties foresight,
    @DefaultValue List<ScheduleProperties> schedules,
    @DefaultValue("0B") DataSize bytesPerMinute,
    @DefaultValue("false") boolean prefixes,
    @DefaultValue("0s") Duration carbonWait,
    @DefaultValue("false") boolean conversations) {

  private static final Duration DAY = Duration.ofDays(1);

  /** Nothing to prefetch. */
  public static final PrefetchProperties NONE =
      new PrefetchProperties(
          false,
          300,
          List.of(),
          2,
          null,
          List.of(),
          DataSize.ofBytes(0),
          false,
          Duration.ZERO,
          false);

  /** Checks the ranges. */
  public PrefetchProperties {
    endpoints = List.copyOf(endpoints);
    if (ttlSeconds <= 0) {
      throw new IllegalArgumentException("ttl_seconds: " + ttlSeconds + " (expected: > 0)");
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
    }
    endpoints.forEach(PrefetchProperties::requirePath);
    schedules = List.copyOf(schedules);
    if (bytesPerMinute.isNegative()) {
      throw new IllegalArgumentException(
          "bytes_per_minute: " + bytesPerMinute + " (expected: >= 0)");
    }
    if (carbonWait.isNegative() || carbonWait.compareTo(DAY) > 0) {
      throw new IllegalArgumentException("carbon_wait: " + carbonWait + " (expected: 0 to 24 h)");
    }
  }

  static void requirePath(String endpoint) {
    Endpoint.parse(endpoint);
  }

  /** What is planned: all the time, and at certain times. */
  PrefetchPlan plan() {
    List<String> asked = schedules.stream().flatMap(s -> s.endpoints().stream()).toList();
    return new PrefetchPlan(endpoints, asked, concurrency);
  }

  ForesightProperties foreseen() {
    return foresight == null ? ForesightProperties.OFF : foresight;
  }

  Duration ttl() {
    return Duration.ofSeconds(ttlSeconds);
  }
}
