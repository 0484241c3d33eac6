package io.tokenlane.bench.engine;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.KvStrategy;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.KvType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests of mixed lengths that arrive as a Poisson process, under INT8 (weights and KV),
 * continuous batching and paged KV against floats, static batching and contiguous KV: once with the
 * engine's own static batches, which are ragged and drop a row that has ended, and once as padded
 * ones. Lengths are those of a trace of a public service, prompts an eighth as long to fit small
 * models' contexts. They arrive as fast as the first way can take them.
 */
final class TraceRows {
  private static final int SHORTER = 8;
  private static final int LONGEST_PROMPT = 800;
  private static final int LONGEST_OUTPUT = 200;
  private static final double LOAD = 0.9;

  /** The slower way may keep requests waiting for minutes. */
  private static final long PATIENCE = 600_000_000_000L;

  private final EngineOptions options;
  private final Path bytes;
  private final Path floats;
  private final int requests;

  /** Lengths of a request and when it comes, in nanoseconds from the start. */
  record Arrival(int prompt, int output, long at) {}

  /** What a run gave. */
  record Outcome(double tokensPerSecond, double meanLatency, long bytes) {}

  /** How requests are handed to the engine. */
  private enum Play {
    /** Each when it arrives; the engine makes the batches. */
    AS_IT_COMES,
    /** In padded batches, by {@link PaddedBatches}. */
    PADDED
  }

  /**
   * @param bytes the model in Q8_0
   * @param floats one of the same shape in F32; the demo model's is in F16, half as large
   */
  TraceRows(EngineOptions options, Path bytes, Path floats, boolean quick) {
    this.options = options;
    this.bytes = bytes;
    this.floats = floats;
    requests = quick ? 60 : 160;
  }

  /**
   * Measures.
   *
   * @param root the project's folder
   */
  List<Row> measure(Path root) throws IOException {
    Path recorded = root.resolve("../shared/traces/azure-llm-2023/AzureLLMInferenceTrace_code.csv");
    if (!Files.exists(recorded)) {
      return List.of(Row.missing("trace", "tokens/s", "no trace at " + recorded));
    }
    List<Arrival> lengths = lengths(recorded);
    EngineConfig paged =
        EngineConfig.defaults()
            .withPrefixReuse(false)
            .withKvBytes(256L << 20)
            .withMaxWaiting(1000)
            .withQueueDeadlineNanos(PATIENCE);
    EngineConfig contiguous =
        paged.withContinuousBatching(false).withKvStrategy(KvStrategy.CONTIGUOUS);
    EngineConfig bytesOnly = paged.withKvType(KvType.INT8);
    Outcome at = run(bytes, bytesOnly, lengths, Play.AS_IT_COMES);
    double perSecond = requests * LOAD / (requests * meanOutput(lengths) / at.tokensPerSecond);
    List<Arrival> arrivals = spread(lengths, perSecond);
    Outcome ours = run(bytes, bytesOnly, arrivals, Play.AS_IT_COMES);
    Outcome simple = run(floats, contiguous, arrivals, Play.AS_IT_COMES);
    Outcome padded = run(floats, contiguous, arrivals, Play.PADDED);
    List<Row> rows = new ArrayList<>(beside(ours, simple, "float, static, contiguous", ""));
    rows.addAll(
        beside(ours, padded, "float, static and padded, contiguous", ", beside padded batches"));
    return rows;
  }

  private List<Row> beside(Outcome ours, Outcome simple, String peer, String which) {
    String trace = options.shape() + ": trace" + which + ": ";
    return List.of(
        Row.of(trace + "throughput", ours.tokensPerSecond, "tokens/s", Row.Better.HIGHER)
            .withPeer(peer, simple.tokensPerSecond)
            .withGoal(4 * simple.tokensPerSecond),
        Row.of(trace + "mean latency", ours.meanLatency * 1e3, "ms", Row.Better.LOWER)
            .withPeer(peer, simple.meanLatency * 1e3)
            .withGoal(0.35 * simple.meanLatency * 1e3),
        Row.of(trace + "weights and KV in use", ours.bytes / 1e6, "MB", Row.Better.LOWER)
            .withPeer(peer, simple.bytes / 1e6)
            .withGoal(0.45 * simple.bytes / 1e6));
  }

  private List<Arrival> lengths(Path trace) throws IOException {
    try (var lines = Files.lines(trace)) {
      return lines.skip(1).limit(requests).map(TraceRows::parse).toList();
    }
  }

  private static Arrival parse(String line) {
    String[] fields = line.split(",");
    int prompt = Math.clamp(Integer.parseInt(fields[1]) / SHORTER, 1, LONGEST_PROMPT);
    int output = Math.clamp(Integer.parseInt(fields[2]), 2, LONGEST_OUTPUT);
    return new Arrival(prompt, output, 0);
  }

  private static double meanOutput(List<Arrival> arrivals) {
    return arrivals.stream().mapToInt(Arrival::output).average().orElseThrow();
  }

  private static List<Arrival> spread(List<Arrival> lengths, double perSecond) {
    SplittableRandom random = new SplittableRandom(42);
    List<Arrival> arrivals = new ArrayList<>();
    double at = 0;
    for (Arrival length : lengths) {
      at -= Math.log(1 - random.nextDouble()) / perSecond;
      arrivals.add(new Arrival(length.prompt, length.output, (long) (at * 1e9)));
    }
    return arrivals;
  }

  private Outcome run(Path file, EngineConfig config, List<Arrival> arrivals, Play play) {
    try (LoadedEngine engine =
        new LoadedEngine(file, "vector", new BackendOptions(options.threads()), config)) {
      warmUp(engine, arrivals);
      return play == Play.PADDED
          ? new PaddedBatches(engine, config.maxBatchSize()).play(arrivals)
          : play(engine, arrivals);
    }
  }

  /** A small model's steps are short, so that compiling them would be most of what is measured. */
  private void warmUp(LoadedEngine engine, List<Arrival> arrivals) {
    boolean small = options.shape().equals("demo");
    for (int i = 0; i < (small ? 20 : 4); i++) {
      engine.decode(8, 30, 16);
    }
    if (small) {
      play(engine, arrivals.stream().map(it -> new Arrival(it.prompt, it.output, 0)).toList());
    }
  }

  private static Outcome play(LoadedEngine engine, List<Arrival> arrivals) {
    List<Timeline> timelines = new ArrayList<>();
    long start = System.nanoTime();
    int mostBlocks = 0;
    for (Arrival arrival : arrivals) {
      while (System.nanoTime() - start < arrival.at) {
        LockSupport.parkNanos(200_000);
        mostBlocks = Math.max(mostBlocks, engine.engine().stats().kvBlocksUsed());
      }
      timelines.add(engine.submit(engine.prompt(arrival.prompt), arrival.output));
      mostBlocks = Math.max(mostBlocks, engine.engine().stats().kvBlocksUsed());
    }
    Samples latencies = new Samples();
    long tokens = 0;
    long end = start;
    for (Timeline timeline : timelines) {
      mostBlocks = Math.max(mostBlocks, engine.engine().stats().kvBlocksUsed());
      timeline.await();
      latencies.add(timeline.sinceSubmitted(timeline.last()) / 1e9);
      tokens += timeline.tokensAfter(0);
      end = Math.max(end, timeline.last());
    }
    return outcome(engine, tokens / ((end - start) / 1e9), latencies, mostBlocks);
  }

  static Outcome outcome(
      LoadedEngine engine, double tokensPerSecond, Samples latencies, int mostBlocks) {
    long kvBytes = mostBlocks * engine.kvBlockBytes();
    return new Outcome(tokensPerSecond, latencies.mean(), engine.weightBytes() + kvBytes);
  }
}
