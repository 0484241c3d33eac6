package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.tokenlane.gateway.call.InferenceCall;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
  private final Map<Tags, Timer> durations = new ConcurrentHashMap<>();
  private final Map<Tags, Timer> firstTokens = new ConcurrentHashMap<>();
  private final Map<Tags, Timer> tokenTimes = new ConcurrentHashMap<>();

  CallMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void count(Ending ending) {
    byCache.computeIfAbsent(ending.cache(), this::counter).increment();
    ending.trail().call().ifPresent(call -> count(ending, call));
  }

  private void count(Ending ending, InferenceCall call) {
    Tags tags = tags(ending, call);
    durations
        .computeIfAbsent(
            tags, t -> timer("gen_ai.client.operation.duration", "Whole calls", DURATIONS, t))
        .record(Duration.ofNanos(ending.durationNanos()));
    if (ending.trail().firstByteNanos() != 0 && ending.status() < 400) {
      firstTokens
          .computeIfAbsent(
              tags,
              t ->
                  timer(
                      "gen_ai.server.time_to_first_token", "Until the first byte", FIRST_TOKENS, t))
          .record(Duration.ofNanos(ending.firstByteAfterNanos()));
    }
    ending.trail().promptTokens().ifPresent(tokens -> usage("input", tokens.sent(), tags));
    ending.trail().usage().ifPresent(usage -> usage("output", usage.output(), tags));
    if (call.stream() && ending.trail().leasedNanos() != 0) {
      ending.trail().usage().ifPresent(usage -> perToken(ending, usage.output(), tags));
    }
  }

  /** Of a node's stream, its tokens behind the first one. */
  private void perToken(Ending ending, int tokens, Tags tags) {
    long first = ending.trail().firstByteNanos();
    if (tokens < 2 || first == 0 || ending.status() >= 400) {
      return;
    }
    tokenTimes
        .computeIfAbsent(
            tags,
            t ->
                timer(
                    "gen_ai.server.time_per_output_token",
                    "Of the tokens behind the first",
                    TOKEN_TIMES,
                    t))
        .record(Duration.ofNanos((ending.endNanos() - first) / (tokens - 1)));
  }

  private Counter counter(String result) {
    return Counter.builder("tokenlane.cache.requests")
        .description("Requests by what the cache did")
        .tag("result", result)
        .register(registry);
  }

  private void usage(String type, int tokens, Tags tags) {
    DistributionSummary.builder("gen_ai.client.token.usage")
        .description("Prompt tokens sent, tokens written")
        .baseUnit("tokens")
        .tags(tags.and("gen_ai.token.type", type))
        .serviceLevelObjectives(TOKENS)
        .register(registry)
        .record(tokens);
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

  private Tags tags(Ending ending, InferenceCall call) {
    String error = ending.status() < 400 ? ending.outcome() : Integer.toString(ending.status());
    return Tags.of(
        "gen_ai.operation.name",
        call.kind().operation(),
        "gen_ai.provider.name",
        "tokenlane",
        "gen_ai.request.model",
        bounded(call.model()),
        "error.type",
        error.equals("done") ? "" : error);
  }

  private String bounded(String model) {
    if (models.contains(model) || (models.size() < MODELS && models.add(model))) {
      return model;
    }
    return "other";
  }
}
