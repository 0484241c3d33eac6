package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts and logs requests that were answered beside the filters, as {@link EndFilter} does others.
 */
public final class PassedRequests {
  private static final int REMEMBERED = 512;

  private final AtomicReferenceArray<@Nullable Passed> latest =
      new AtomicReferenceArray<>(REMEMBERED);
  private final AtomicInteger next = new AtomicInteger();
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final AccessLog log;
  private final MeterRegistry registry;
  private final RequestTimes times;
  private final CallTracer tracer;
  private final List<CallWatch> watches;

  /** The trace of one such request. */
  public static final class Trace {
    private final CallTracer.Traced traced;

    private Trace(CallTracer.Traced traced) {
      this.traced = traced;
    }

    /** What upstream and the client are told in {@code traceparent}; null: nothing. */
    public @Nullable String passed() {
      return traced.passed();
    }
  }

  /**
   * One such request, at its end.
   *
   * @param uri its target; the query is not logged
   * @param outcome {@code done}, {@code cancelled}, {@code broken} or {@code failed}
   * @param cache what the cache did, in a word
   * @param node the node that answered; {@code -} where none was asked
   * @param attempts how many nodes had it
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
      String node,
      int attempts,
      long bytes,
      long firstByteNanos,
      long totalNanos) {}

  PassedRequests(
      AccessLog log,
      MeterRegistry registry,
      RequestTimes times,
      CallTracer tracer,
      List<CallWatch> watches) {
    this.log = log;
    this.registry = registry;
    this.times = times;
    this.tracer = tracer;
    this.watches = List.copyOf(watches);
  }

  /**
   * A request has come.
   *
   * @param traceParent the client's; null where it sent none
   */
  public Trace begun(@Nullable String traceParent, String method) {
    return new Trace(tracer.begin(traceParent, method));
  }

  /** Tells of it. */
  public void ended(Passed passed, Trace trace) {
    times.count(passed);
    tracer.end(trace.traced, passed);
    Counter known = counters.get(passed.cache());
    (known == null ? counters.computeIfAbsent(passed.cache(), this::counter) : known).increment();
    log.write(passed);
    watches.forEach(watch -> watch.passed(passed));
    latest.lazySet(Math.floorMod(next.getAndIncrement(), REMEMBERED), passed);
  }

  /** One of the latest {@value #REMEMBERED}, by the id of its answer. */
  public Optional<Passed> find(String id) {
    for (int i = 0; i < REMEMBERED; i++) {
      Passed passed = latest.get(i);
      if (passed != null && passed.id().equals(id)) {
        return Optional.of(passed);
      }
    }
    return Optional.empty();
  }

  private Counter counter(String result) {
    return Counter.builder("tokenlane.cache.requests")
        .description("Requests by what the cache did")
        .tag("result", result)
        .register(registry);
  }
}
