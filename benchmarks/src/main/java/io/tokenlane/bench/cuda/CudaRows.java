package io.tokenlane.bench.cuda;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import io.tokenlane.cuda.RandomModel;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.WeightFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Speed of random-weight models on this machine's GPU. A step's floor is the time in which its
 * weights could be read, at the bandwidth with which the device copies its own memory in the same
 * run; the share of it is what is compared with a goal, as tokens per second depend on the card.
 * With many sequences a step must also read their caches: a second share counts both, and where
 * weights are bytes, both are told with a cache of bytes as well.
 *
 * <p>Rows are there from the beginning, without values; what fails takes no more with it than what
 * was still to come. Each figure is also told on standard error as soon as it is there.
 */
public final class CudaRows {
  private static final int[] BATCHES = {1, 8, 32, 128};
  private static final int[] BATCHES_WITH_BYTES = {32, 128};
  private static final String OF_BYTES = ", int8 cache";
  private static final int CONTEXT = 512;
  private static final String SHARE = ", share of bandwidth";
  private static final String WITH_CACHE = ", share of bandwidth with the cache";
  private static final int PROMPT = 512;
  private static final int MAX_ROWS = 512;
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration QUICK_PATIENCE = Duration.ofMinutes(1);

  private final List<ModelShape> shapes;
  private final int steps;
  private final MixedLoad mixed;
  private final Duration patience;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  private CudaRows(List<ModelShape> shapes, boolean quick) {
    this.shapes = shapes;
    steps = quick ? 20 : 100;
    mixed = new MixedLoad(quick ? 64 : 256);
    patience = quick ? QUICK_PATIENCE : PATIENCE;
  }

  /** All rows; without a GPU they have no values and say why. */
  public static List<Row> measure(CudaOptions options, boolean quick) throws InterruptedException {
    if (options.kernels()) {
      return KernelRows.measure(options.shapes(quick));
    }
    CudaRows table = new CudaRows(options.shapes(quick), quick);
    Optional<String> why = RandomModel.unavailable();
    for (ModelShape shape : table.shapes) {
      table.expect(shape, why.orElse("it did not come to that"));
      if (why.isEmpty()) {
        table.tryMeasure(shape);
      }
    }
    return List.copyOf(table.rows.values());
  }

  static String name(ModelShape shape, WeightFormat format, String what) {
    String weights = format == WeightFormat.INT8 ? "int8" : "bf16";
    return "%s %s %s".formatted(shape.id(), weights, what);
  }

  private void expect(ModelShape shape, String why) {
    for (WeightFormat format : WeightFormat.values()) {
      for (int sequences : BATCHES) {
        expectDecode(name(shape, format, decoding(sequences)), why);
      }
      for (int sequences : batchesWithBytes(format)) {
        expectDecode(name(shape, format, decoding(sequences) + OF_BYTES), why);
      }
      missing(name(shape, format, "prefill %d".formatted(PROMPT)), "tokens/s", why);
      missing(name(shape, format, "graphs a decode step"), "launches", why);
      missing(name(shape, format, "mixed lengths"), "tokens/s", why);
    }
    missing(withBlas(shape), "tokens/s", why);
    missing(shape.id() + " int8 over bf16, weights in memory", "", why);
    missing(shape.id() + " int8 over bf16, decode x1", "", why);
    for (WeightFormat format : WeightFormat.values()) {
      missing(name(shape, format, "over transformers, mixed lengths"), "", why);
    }
  }

  private void expectDecode(String id, String why) {
    missing(id, "tokens/s", why);
    missing(id + SHARE, "", why);
    missing(id + WITH_CACHE, "", why);
  }

  private static String decoding(int sequences) {
    return "decode x%d".formatted(sequences);
  }

  private static int[] batchesWithBytes(WeightFormat format) {
    return format == WeightFormat.INT8 ? BATCHES_WITH_BYTES : new int[0];
  }

  private static String withBlas(ModelShape shape) {
    return name(shape, WeightFormat.AS_STORED, "prefill %d with cuBLAS".formatted(PROMPT));
  }

  private void missing(String id, String unit, String why) {
    put(Row.missing(id, unit, "not measured: " + why));
  }

  private void put(Row row) {
    Double goal = goal(row.id());
    rows.put(row.id(), goal == null ? row : row.withGoal(goal));
  }

  /** What the project set out to reach on an H200. */
  private static @Nullable Double goal(String id) {
    return switch (id) {
      case "llama-1b bf16 decode x1, share of bandwidth" -> 0.65;
      case "llama-8b bf16 decode x1, share of bandwidth" -> 0.85;
      case "llama-8b int8 decode x32, share of bandwidth" -> 0.7;
      case "llama-8b int8 decode x128" -> 12_000.0;
      case "llama-8b int8 over bf16, decode x1" -> 1.75;
      case "llama-8b int8 over bf16, weights in memory" -> 0.55;
      default -> {
        if (id.endsWith("over transformers, mixed lengths")) {
          yield 20.0;
        }
        yield id.endsWith("graphs a decode step") ? 1.0 : null;
      }
    };
  }

  /** What was not measured yet says why, if something ends it. */
  private void tryMeasure(ModelShape shape) throws InterruptedException {
    try {
      measure(shape);
    } catch (RuntimeException e) {
      String failure = String.valueOf(e.getMessage());
      System.err.println(shape.id() + ": " + failure);
      for (Row row : new ArrayList<>(rows.values())) {
        if (row.value() == null && row.id().startsWith(shape.id() + " ")) {
          missing(row.id(), row.unit(), failure);
        }
      }
    }
  }

  private void measure(ModelShape shape) throws InterruptedException {
    double[] single = new double[2];
    double[] bytes = new double[2];
    double[] answers = new double[2];
    for (WeightFormat format : WeightFormat.values()) {
      int index = format == WeightFormat.INT8 ? 1 : 0;
      try (RandomModel random = RandomModel.make(shape.config(), format, MAX_ROWS, false)) {
        bytes[index] = random.weightBytes();
        single[index] = measure(shape, format, random);
        answers[index] = mixed.run(random.model(), MAX_ROWS, KvType.FLOAT16);
        String id = name(shape, format, "mixed lengths");
        add(id, answers[index], "tokens/s", Better.HIGHER);
      }
    }
    add(shape.id() + " int8 over bf16, weights in memory", bytes[1] / bytes[0], "", Better.LOWER);
    add(shape.id() + " int8 over bf16, decode x1", single[1] / single[0], "", Better.HIGHER);
    measureWithBlas(shape);
    beside(shape, answers);
  }

  private void measureWithBlas(ModelShape shape) {
    String id = withBlas(shape);
    try (RandomModel random =
            RandomModel.make(shape.config(), WeightFormat.AS_STORED, MAX_ROWS, true);
        DecodeRun run = prefillRun(random)) {
      double speed = run.prefill(PROMPT);
      if (random.products() == 0) {
        missing(id, "tokens/s", random.device());
        return;
      }
      add(id, speed, "tokens/s", Better.HIGHER);
    }
  }

  /** The peer runs last, when the device's memory is free again. */
  private void beside(ModelShape shape, double[] answers) throws InterruptedException {
    StaticPeer.Outcome peer = StaticPeer.onGpu(patience).run(shape.config(), mixed);
    for (WeightFormat format : WeightFormat.values()) {
      String ratio = name(shape, format, "over transformers, mixed lengths");
      if (!peer.why().isEmpty()) {
        missing(ratio, "", peer.why());
        continue;
      }
      double ours = answers[format == WeightFormat.INT8 ? 1 : 0];
      add(ratio, ours / peer.tokensPerSecond(), "", Better.HIGHER);
      String id = name(shape, format, "mixed lengths");
      put(
          Row.of(id, ours, "tokens/s", Better.HIGHER)
              .withPeer(StaticPeer.NAME, peer.tokensPerSecond()));
    }
  }

  /** Gives tokens in a second of one sequence. */
  private double measure(ModelShape shape, WeightFormat format, RandomModel random) {
    double bandwidth = random.copyBandwidth();
    double single = 0;
    for (int sequences : BATCHES) {
      String id = name(shape, format, decoding(sequences));
      long graphs = random.graphLaunches();
      long kernels = random.kernelLaunches();
      double seconds = decode(id, random, sequences, KvType.FLOAT16, bandwidth);
      if (sequences == 1) {
        single = 1 / seconds;
        // The first step of its kind is launched kernel by kernel.
        boolean graphsOnly = random.graphLaunches() - graphs >= steps;
        double launches = graphsOnly ? 1 : random.kernelLaunches() - kernels;
        String each = name(shape, format, "graphs a decode step");
        add(each, launches, "launches", Better.LOWER);
      }
    }
    for (int sequences : batchesWithBytes(format)) {
      String id = name(shape, format, decoding(sequences) + OF_BYTES);
      decode(id, random, sequences, KvType.INT8, bandwidth);
    }
    try (DecodeRun run = prefillRun(random)) {
      String id = name(shape, format, "prefill %d".formatted(PROMPT));
      add(id, run.prefill(PROMPT), "tokens/s", Better.HIGHER);
    }
    return single;
  }

  /** Gives seconds of a step. */
  private double decode(
      String id, RandomModel random, int sequences, KvType cache, double bandwidth) {
    int length = CONTEXT + steps + 8;
    try (DecodeRun run = new DecodeRun(random.model(), sequences, length, MAX_ROWS, cache)) {
      double seconds = run.decode(CONTEXT, steps);
      double floor = random.weightBytes() / bandwidth;
      double cached = run.bytesOf(CONTEXT) / bandwidth;
      add(id, sequences / seconds, "tokens/s", Better.HIGHER);
      add(id + SHARE, floor / seconds, "", Better.HIGHER);
      add(id + WITH_CACHE, (floor + cached) / seconds, "", Better.HIGHER);
      return seconds;
    }
  }

  private static DecodeRun prefillRun(RandomModel random) {
    return new DecodeRun(random.model(), 1, PROMPT, MAX_ROWS, KvType.FLOAT16);
  }

  private void add(String id, double value, String unit, Better better) {
    System.err.printf("%s: %.4g %s%n", id, value, unit);
    put(Row.of(id, value, unit, better));
  }
}
