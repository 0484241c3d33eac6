package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts exchanges: model calls under OpenTelemetry's GenAI names, the cache under ours. */
final class CallMeters {
  /** Clients choose model names; more than this many become one, so that meters stay bounded. */
  private static final int MODELS = 100;

  /** Bucket borders of the GenAI conventions, in milliseconds. */
  private static final long[] DURATIONS = {
    10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240, 20_480, 40_960, 81_920
  };

  private static final long[] FIRST_TOKENS = {
    1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000
  };

  private static final long[] TOKEN_TIMES = {
    10, 25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1_000, 2_500
  };

  private static final double[] TOKENS = {
    1,
    4,
    16,
    64,
    256,
    1_024,
    4_096,
    16_384,
    65_536,
    262_144,
    1_048_576,
    4_194_304,
    16_777_216,
    67_108_864
  };

  private final MeterRegistry registry;
  private final Set<String> models = ConcurrentHashMap.newKeySet();
  private final Map<String, Counter> byCache = new ConcurrentHashMap<>();
  private final Map<Kind, Meters> byKind = new ConcurrentHashMap<>();

  CallMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void count(Ending ending) {
    byCache.computeIfAbsent(ending.cache(), this::counter).increment();
    ending.trail().call().ifPresent(call -> count(ending, call));
  }

  private void count(Ending ending, InferenceCall call) {
    Trail trail = ending.trail();
    Meters meters = byKind.computeIfAbsent(kind(ending, call), Meters::new);
    meters.durations.get().record(ending.durationNanos(), TimeUnit.NANOSECONDS);
    boolean answered = trail.firstByteNanos() != 0 && ending.status() < 400;
    if (answered) {
      meters.firstTokens.get().record(ending.firstByteAfterNanos(), TimeUnit.NANOSECONDS);
    }
    trail.promptTokens().ifPresent(tokens -> meters.input.get().record(tokens.sent()));
    Usage usage = trail.usage().orElse(null);
    if (usage == null) {
      return;
    }
    meters.output.get().record(usage.output());
    if (call.stream() && trail.leasedNanos() != 0 && answered && usage.output() > 1) {
      // Of a node's stream, its tokens behind the first one.
      long each = (ending.endNanos() - trail.firstByteNanos()) / (usage.output() - 1);
      meters.tokenTimes.get().record(each, TimeUnit.NANOSECONDS);
    }
  }

  private Counter counter(String result) {
    return Counter.builder("tokenlane.cache.requests")
        .description("Requests by what the cache did")
        .tag("result", result)
        .register(registry);
  }

  /** What tells meters apart. */
  private record Kind(String operation, String model, String error) {
    Tags tags() {
      return Tags.of(
          "gen_ai.operation.name",
          operation,
          "gen_ai.provider.name",
          "tokenlane",
          "gen_ai.request.model",
          model,
          "error.type",
          error);
    }
  }

  private Kind kind(Ending ending, InferenceCall call) {
    String error = ending.status() < 400 ? ending.outcome() : Integer.toString(ending.status());
    return new Kind(
        call.kind().operation(), bounded(call.model()), error.equals("done") ? "" : error);
  }

  private String bounded(String model) {
    boolean told =
        ModelNames.isShort(model)
            && (models.contains(model) || (models.size() < MODELS && models.add(model)));
    return told ? model : "other";
  }

  /** The meters of one kind of call, each made when it first has something to say. */
  private final class Meters {
    private final Made<Timer> durations;
    private final Made<Timer> firstTokens;
    private final Made<Timer> tokenTimes;
    private final Made<DistributionSummary> input;
    private final Made<DistributionSummary> output;

    Meters(Kind kind) {
      Tags tags = kind.tags();
      durations =
          new Made<>(
              () -> timer("gen_ai.client.operation.duration", "Whole calls", DURATIONS, tags));
      firstTokens =
          new Made<>(
              () ->
                  timer(
                      "gen_ai.server.time_to_first_token",
                      "Until the first byte",
                      FIRST_TOKENS,
                      tags));
      tokenTimes =
          new Made<>(
              () ->
                  timer(
                      "gen_ai.server.time_per_output_token",
                      "Of the tokens behind the first",
                      TOKEN_TIMES,
                      tags));
      input = new Made<>(() -> usage("input", tags));
      output = new Made<>(() -> usage("output", tags));
    }
  }

  /** Made once; where two threads make it at once, the registry gives both the same. */
  private static final class Made<T> {
    private final Supplier<T> maker;
    private volatile @Nullable T made;

    Made(Supplier<T> maker) {
      this.maker = maker;
    }

    T get() {
      T known = made;
      if (known == null) {
        known = maker.get();
        made = known;
      }
      return known;
    }
  }

  private DistributionSummary usage(String type, Tags tags) {
    return DistributionSummary.builder("gen_ai.client.token.usage")
        .description("Prompt tokens sent, tokens written")
        .baseUnit("tokens")
        .tags(tags.and("gen_ai.token.type", type))
        .serviceLevelObjectives(TOKENS)
        .register(registry);
  }

  private Timer timer(String name, String description, long[] borders, Tags tags) {
    Duration[] objectives = new Duration[borders.length];
    for (int i = 0; i < borders.length; i++) {
      objectives[i] = Duration.ofMillis(borders[i]);
    }
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(objectives)
        .tags(tags)
        .register(registry);
  }
}
