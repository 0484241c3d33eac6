package io.tokenlane.bench;

import io.tokenlane.bench.gateway.LoggingTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** Whether the access log slows requests down. */
final class LoggingBenchmark implements Benchmark {
  private final Path root;

  LoggingBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "logging";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return new LoggingTable(root, quick).rows();
  }
}
