package io.tokenlane.gateway.console;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.gateway.telemetry.PassedRequests;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import tools.jackson.databind.node.ObjectNode;

/** Counts since the start, and latencies of the last {@value #WINDOW} looks at them. */
final class Traffic implements CallWatch {
  private static final int WINDOW = 10;
  private static final int SERVER_ERROR = 500;
  private static final int CLIENT_ERROR = 400;
  private static final double MILLIONTHS = 1e6;

  private final Supplier<LimitsProperties> limits;
  private final LongAdder requests = new LongAdder();
  private final LongAdder calls = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder input = new LongAdder();
  private final LongAdder cached = new LongAdder();
  private final LongAdder output = new LongAdder();
  private final LongAdder saved = new LongAdder();
  private final LongAdder costMicros = new LongAdder();
  private final Latencies whole = new Latencies();
  private final Latencies first = new Latencies();

  Traffic(Supplier<LimitsProperties> limits) {
    this.limits = limits;
  }

  @Override
  public Attention attention() {
    return Attention.NONE;
  }

  @Override
  public void ended(Ending ending) {
    if (ConsoleConfig.ownPath(ending.path())) {
      return;
    }
    count(ending.status(), ending.outcome(), ending.durationNanos());
    ending.trail().call().ifPresent(call -> count(ending, call));
  }

  @Override
  public void passed(PassedRequests.Passed passed) {
    count(passed.status(), passed.outcome(), passed.totalNanos());
  }

  private void count(int status, String outcome, long nanos) {
    requests.increment();
    if (status >= SERVER_ERROR || outcome.equals("broken")) {
      failed.increment();
    } else if (status >= CLIENT_ERROR) {
      refused.increment();
    }
    whole.record(nanos);
  }

  /** Tokens that were paid for, though nobody asked. */
  @Override
  public void renewed(Trail fetch) {
    fetch.call().ifPresent(call -> fetch.usage().ifPresent(usage -> used(usage, call.model())));
  }

  private void count(Ending ending, InferenceCall call) {
    calls.increment();
    if (ending.status() < CLIENT_ERROR) {
      first.record(ending.firstByteAfterNanos());
    }
    ending.trail().promptTokens().ifPresent(this::shorter);
    ending.trail().usage().ifPresent(usage -> used(usage, call.model()));
  }

  private void shorter(PromptTokens tokens) {
    saved.add((long) tokens.original() - tokens.sent());
  }

  private void used(Usage usage, String model) {
    input.add(usage.input());
    cached.add(usage.cached());
    output.add(usage.output());
    limits.get().priceOf(model).ifPresent(price -> costMicros.add(price.micros(usage)));
  }

  /** Adds {@code totals} and {@code latency_ms}; to be called at an even pace. */
  void tell(ObjectNode pulse) {
    ObjectNode totals = pulse.putObject("totals");
    totals.put("requests", requests.sum());
    totals.put("calls", calls.sum());
    totals.put("failed", failed.sum());
    totals.put("refused", refused.sum());
    totals.put("input_tokens", input.sum());
    totals.put("cached_tokens", cached.sum());
    totals.put("output_tokens", output.sum());
    totals.put("saved_tokens", saved.sum());
    if (!limits.get().prices().isEmpty()) {
      totals.put("cost", costMicros.sum() / MILLIONTHS);
    }
    whole.tell(pulse.putObject("latency_ms"));
    first.tell(pulse.putObject("first_token_ms"));
  }

  /** One kind of latency. */
  private static final class Latencies {
    private static final long LONGEST_MICROS = 3_600_000_000L;

    private final Recorder recorder = new Recorder(LONGEST_MICROS, 2);
    private final ArrayDeque<Histogram> window = new ArrayDeque<>();

    void record(long nanos) {
      recorder.recordValue(Math.clamp(nanos / 1_000, 1, LONGEST_MICROS));
    }

    synchronized void tell(ObjectNode to) {
      Histogram oldest = window.size() == WINDOW ? window.removeFirst() : null;
      window.addLast(recorder.getIntervalHistogram(oldest));
      long count = window.stream().mapToLong(Histogram::getTotalCount).sum();
      to.put("count", count);
      if (count > 0) {
        Histogram all = new Histogram(LONGEST_MICROS, 2);
        window.forEach(all::add);
        to.put("p50", all.getValueAtPercentile(50) / 1e3);
        to.put("p95", all.getValueAtPercentile(95) / 1e3);
        to.put("p99", all.getValueAtPercentile(99) / 1e3);
      }
    }
  }
}
