package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts and logs requests that were answered beside the filters, as {@link EndFilter} does others.
 */
public final class PassedRequests {
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final AccessLog log;
  private final MeterRegistry registry;

  /**
   * One such request, at its end.
   *
   * @param uri its target; the query is not logged
   * @param outcome {@code done}, {@code cancelled}, {@code broken} or {@code failed}
   * @param cache what the cache did, in a word
   * @param bytes body bytes written
   * @param firstByteNanos from its coming to the answer's first byte
   * @param totalNanos from its coming to its end
   */
  public record Passed(
      String id,
      String method,
      String uri,
      int status,
      String outcome,
      String cache,
      long bytes,
      long firstByteNanos,
      long totalNanos) {}

  PassedRequests(AccessLog log, MeterRegistry registry) {
    this.log = log;
    this.registry = registry;
  }

  /** Tells of it. */
  public void ended(Passed passed) {
    counters.computeIfAbsent(passed.cache(), this::counter).increment();
    log.write(passed);
  }

  private Counter counter(String result) {
    return Counter.builder("tokenlane.cache.requests")
        .description("Requests by what the cache did")
        .tag("result", result)
        .register(registry);
  }
}
