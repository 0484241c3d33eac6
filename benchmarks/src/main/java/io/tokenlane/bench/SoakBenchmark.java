package io.tokenlane.bench;

import io.tokenlane.bench.gateway.SoakTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** Half an hour of everything, and what it leaves behind. */
final class SoakBenchmark implements Benchmark {
  private final Path root;

  SoakBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return new SoakTable(root, quick).rows();
  }
}
