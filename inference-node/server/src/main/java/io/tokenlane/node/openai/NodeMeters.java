package io.tokenlane.node.openai;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineStats;
import io.tokenlane.node.energy.EnergyPerToken;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.trace.Exemplars;
import io.tokenlane.node.trace.TraceParent;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The node's metrics, under the names that dashboards and endpoint pickers made for vLLM read. In
 * Prometheus' text they come out with the colon, and with {@code _total} and {@code _seconds}
 * added.
 */
public final class NodeMeters {
  private final MeterRegistry registry;
  private final EnergyPerToken energy;
  private final LongSupplier nanoTime;
  private final Exemplars exemplars;
  private volatile @Nullable Timers timers;

  /**
   * @param nanoTime as {@link System#nanoTime()}
   */
  public NodeMeters(
      MeterRegistry registry, EnergyPerToken energy, LongSupplier nanoTime, Exemplars exemplars) {
    this.energy = energy;
    this.registry = registry;
    this.exemplars = exemplars;
    this.nanoTime = nanoTime;
  }

  /** Publishes what the model's engine counts. */
  public void bind(LoadedModel model) {
    Tags tags = Tags.of("model_name", model.name());
    Engine engine = model.engine();
    gauge("vllm:num_requests_running", tags, engine, EngineStats::running);
    gauge("vllm:num_requests_waiting", tags, engine, EngineStats::waiting);
    gauge("vllm:kv_cache_usage_perc", tags, engine, EngineStats::kvUsage);
    counter("vllm:prefix_cache_queries", tags, engine, EngineStats::prefixQueries);
    counter("vllm:prefix_cache_hits", tags, engine, EngineStats::prefixHits);
    counter("vllm:prompt_tokens", tags, engine, EngineStats::promptTokens);
    counter("vllm:generation_tokens", tags, engine, EngineStats::generatedTokens);
    counter("vllm:num_preemptions", tags, engine, EngineStats::preemptions);
    counter("tokenlane.node.queue.expired", tags, engine, EngineStats::expired);
    gauge(
        "tokenlane.energy.joules.per.token", tags, engine, stats -> energy.at(Load.tokens(stats)));
    counter("tokenlane.node.early.exit.rows", tags, engine, stats -> stats.effort().rows());
    counter("tokenlane.node.early.exit.layers", tags, engine, stats -> stats.effort().layers());
    counter("tokenlane.node.early.exit.tokens", tags, engine, stats -> stats.effort().exited());
    counter("tokenlane.node.draft.tokens", tags, engine, stats -> stats.effort().drafted());
    counter("tokenlane.node.draft.accepted", tags, engine, stats -> stats.effort().accepted());
    gauge("tokenlane.node.kv.blocks", tags, engine, EngineStats::kvBlocks);
    gauge("tokenlane.node.kv.blocks.pinned", tags, engine, EngineStats::kvBlocksPinned);
    gauge("tokenlane.node.step.tokens", tags, engine, EngineStats::stepTokens);
    timers = new Timers(firstToken(tags), betweenTokens(tags), new ReasoningMeters(registry, tags));
  }

  /** What became of watched reasoning by now. */
  ReasoningMeters.Sum thinking() {
    Timers bound = timers;
    return bound == null ? ReasoningMeters.Sum.NONE : bound.reasoning().sum();
  }

  /** Times the tokens of a sequence that is queued now. */
  TokenTimes newSequence(@Nullable TraceParent trace) {
    Timers bound = Objects.requireNonNull(timers, "no model is bound");
    return new TokenTimes(
        (first, nanos) ->
            exemplars.during(
                trace,
                () ->
                    (first ? bound.firstToken() : bound.betweenTokens())
                        .record(nanos, TimeUnit.NANOSECONDS)),
        bound.reasoning(),
        nanoTime);
  }

  private Timer firstToken(Tags tags) {
    return timer(
        "vllm:time_to_first_token",
        tags,
        "From being queued to the first token",
        .001,
        .005,
        .01,
        .02,
        .04,
        .06,
        .08,
        .1,
        .25,
        .5,
        .75,
        1,
        2.5,
        5,
        7.5,
        10,
        20,
        40,
        80,
        160);
  }

  private Timer betweenTokens(Tags tags) {
    return timer(
        "vllm:inter_token_latency",
        tags,
        "From one token of a sequence to the next",
        .001,
        .0025,
        .005,
        .01,
        .025,
        .05,
        .075,
        .1,
        .15,
        .2,
        .3,
        .4,
        .5,
        .75,
        1,
        2.5,
        5,
        10);
  }

  private Timer timer(String name, Tags tags, String what, double... bucketSeconds) {
    return Timer.builder(name)
        .description(what)
        .tags(tags)
        .serviceLevelObjectives(
            DoubleStream.of(bucketSeconds)
                .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                .toArray(Duration[]::new))
        .register(registry);
  }

  private void gauge(String name, Tags tags, Engine engine, ToDoubleFunction<EngineStats> value) {
    Gauge.builder(name, engine, e -> value.applyAsDouble(e.stats())).tags(tags).register(registry);
  }

  private void counter(String name, Tags tags, Engine engine, ToDoubleFunction<EngineStats> value) {
    FunctionCounter.builder(name, engine, e -> value.applyAsDouble(e.stats()))
        .tags(tags)
        .register(registry);
  }

  private record Timers(Timer firstToken, Timer betweenTokens, ReasoningMeters reasoning) {}
}
