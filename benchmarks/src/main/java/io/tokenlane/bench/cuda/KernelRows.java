package io.tokenlane.bench.cuda;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import io.tokenlane.cuda.KernelTime;
import io.tokenlane.cuda.RandomModel;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.WeightFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each kernel of a decode step takes, and what projections take when they are cut into blocks
 * in other ways: where to look when a step is too slow.
 */
final class KernelRows {
  private static final int[] BATCHES = {1, 8, 32, 128};
  private static final int CONTEXT = 512;
  private static final int MAX_ROWS = 128;
  private static final double KILO = 1000;

  private final Map<String, Row> rows = new LinkedHashMap<>();

  private KernelRows() {}

  static List<Row> measure(List<ModelShape> shapes) {
    KernelRows table = new KernelRows();
    Optional<String> why = RandomModel.unavailable();
    for (ModelShape shape : shapes) {
      for (WeightFormat format : WeightFormat.values()) {
        if (why.isPresent()) {
          String id = CudaRows.name(shape, format, "kernels");
          table.rows.put(id, Row.missing(id, "us", "not measured: " + why.get()));
          continue;
        }
        try (RandomModel random = RandomModel.make(shape.config(), format, MAX_ROWS, false)) {
          for (int sequences : BATCHES) {
            table.measure(CudaRows.name(shape, format, "x" + sequences), random, sequences);
          }
        }
      }
    }
    return List.copyOf(table.rows.values());
  }

  private void measure(String name, RandomModel random, int sequences) {
    int length = CONTEXT + RandomModel.TILINGS + 2;
    try (DecodeRun run =
        new DecodeRun(random.model(), sequences, length, MAX_ROWS, KvType.FLOAT16)) {
      run.decode(CONTEXT, 1);
      for (int tiling = -1; tiling < RandomModel.TILINGS; tiling++) {
        for (KernelTime time : random.profile(run::step, tiling)) {
          add(name + " " + time.kernel(), time, tiling < 0);
        }
      }
    }
  }

  private void add(String id, KernelTime time, boolean chosen) {
    if (rows.containsKey(id)) {
      return;
    }
    rows.put(id, Row.of(id, time.micros(), "us", Better.LOWER));
    System.err.printf(
        "%s: %d times, %.2f us%s%s%n",
        id,
        time.launches(),
        time.micros(),
        time.weightBytes() == 0
            ? ""
            : ", %.0f GB/s".formatted(time.weightBytes() / time.micros() / KILO),
        chosen ? "" : " (not chosen)");
  }
}
