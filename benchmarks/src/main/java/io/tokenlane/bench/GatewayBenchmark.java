package io.tokenlane.bench;

import io.tokenlane.bench.gateway.GatewayTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** What the gateway adds to a request and how much it passes, beside its peers. */
final class GatewayBenchmark implements Benchmark {
  private final Path root;

  GatewayBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return new GatewayTable(root, quick).rows();
  }
}
