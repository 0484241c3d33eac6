package io.tokenlane.bench;

import io.tokenlane.bench.gateway.ChaosTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** What clients see when something goes wrong. */
final class ChaosBenchmark implements Benchmark {
  private final Path root;

  ChaosBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "chaos";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return new ChaosTable(root, quick).rows();
  }
}
