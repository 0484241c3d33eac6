package io.tokenlane.bench;

import io.tokenlane.bench.adaptive.AdaptiveRows;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** Early exits from the layers, and limits of the reasoning, on the demo model's tasks. */
final class AdaptiveBenchmark implements Benchmark {
  private final Path root;

  AdaptiveBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "adaptive";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return AdaptiveRows.measure(root, quick);
  }
}
