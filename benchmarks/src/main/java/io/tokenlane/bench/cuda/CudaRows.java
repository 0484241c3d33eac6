package io.tokenlane.bench.cuda;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import io.tokenlane.cuda.RandomModel;
import io.tokenlane.engine.backend.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Speed of random-weight models on this machine's GPU. A step's floor is the time in which its
 * weights could be read, at the bandwidth with which the device copies its own memory in the same
 * run; the share of it is what is compared with a goal, as tokens per second depend on the card.
 */
public final class CudaRows {
  private static final int[] BATCHES = {1, 8, 32, 128};
  private static final int CONTEXT = 512;
  private static final int PROMPT = 512;
  private static final int MAX_ROWS = 512;

  private final List<ModelShape> shapes;
  private final int steps;
  private final List<Row> rows = new ArrayList<>();

  private CudaRows(List<ModelShape> shapes, int steps) {
    this.shapes = shapes;
    this.steps = steps;
  }

  /** All rows; without a GPU they have no values and say why. */
  public static List<Row> measure(CudaOptions options, boolean quick) {
    CudaRows table = new CudaRows(options.shapes(quick), quick ? 20 : 100);
    Optional<String> why = RandomModel.unavailable();
    for (ModelShape shape : table.shapes) {
      if (why.isPresent()) {
        table.missing(shape, why.get());
      } else {
        table.measure(shape);
      }
    }
    return table.rows;
  }

  private static String name(ModelShape shape, WeightFormat format, String what) {
    String weights = format == WeightFormat.INT8 ? "int8" : "bf16";
    return "%s %s %s".formatted(shape.id(), weights, what);
  }

  private void missing(ModelShape shape, String why) {
    for (WeightFormat format : WeightFormat.values()) {
      for (int sequences : BATCHES) {
        String what = "decode x%d".formatted(sequences);
        missing(name(shape, format, what), "tokens/s", why);
        missing(name(shape, format, what + ", share of bandwidth"), "", why);
      }
      missing(name(shape, format, "prefill %d".formatted(PROMPT)), "tokens/s", why);
      missing(name(shape, format, "graphs a decode step"), "launches", why);
    }
    missing(shape.id() + " int8 over bf16, weights in memory", "", why);
    missing(shape.id() + " int8 over bf16, decode x1", "", why);
  }

  private void missing(String id, String unit, String why) {
    Row row = Row.missing(id, unit, "not measured: " + why);
    Double goal = goal(id);
    rows.add(goal == null ? row : row.withGoal(goal));
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
      default -> id.endsWith("graphs a decode step") ? 1.0 : null;
    };
  }

  private void measure(ModelShape shape) {
    double[] single = new double[2];
    double[] bytes = new double[2];
    for (WeightFormat format : WeightFormat.values()) {
      int index = format == WeightFormat.INT8 ? 1 : 0;
      try (RandomModel random = RandomModel.make(shape.config(), format, MAX_ROWS)) {
        bytes[index] = random.weightBytes();
        single[index] = measure(shape, format, random);
      }
    }
    add(shape.id() + " int8 over bf16, weights in memory", bytes[1] / bytes[0], "", Better.LOWER);
    add(shape.id() + " int8 over bf16, decode x1", single[1] / single[0], "", Better.HIGHER);
  }

  /** Gives tokens in a second of one sequence. */
  private double measure(ModelShape shape, WeightFormat format, RandomModel random) {
    double bandwidth = random.copyBandwidth();
    double floor = random.weightBytes() / bandwidth;
    double single = 0;
    for (int sequences : BATCHES) {
      try (DecodeRun run =
          new DecodeRun(random.model(), sequences, CONTEXT + steps + 8, MAX_ROWS)) {
        long graphs = random.graphLaunches();
        long kernels = random.kernelLaunches();
        double seconds = run.decode(CONTEXT, steps);
        String what = "decode x%d".formatted(sequences);
        add(name(shape, format, what), sequences / seconds, "tokens/s", Better.HIGHER);
        add(name(shape, format, what + ", share of bandwidth"), floor / seconds, "", Better.HIGHER);
        if (sequences == 1) {
          single = 1 / seconds;
          // The first step of its kind is launched kernel by kernel.
          boolean graphsOnly = random.graphLaunches() - graphs >= steps;
          double launches = graphsOnly ? 1 : random.kernelLaunches() - kernels;
          String id = name(shape, format, "graphs a decode step");
          add(id, launches, "launches", Better.LOWER);
        }
      }
    }
    try (DecodeRun run = new DecodeRun(random.model(), 1, PROMPT, MAX_ROWS)) {
      String id = name(shape, format, "prefill %d".formatted(PROMPT));
      add(id, run.prefill(PROMPT), "tokens/s", Better.HIGHER);
    }
    return single;
  }

  private void add(String id, double value, String unit, Better better) {
    Row row = Row.of(id, value, unit, better);
    Double goal = goal(id);
    rows.add(goal == null ? row : row.withGoal(goal));
  }
}
