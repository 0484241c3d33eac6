package io.tokenlane.bench;

import io.tokenlane.bench.balance.SimulationTable;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Every balancing policy and its peers, in the simulation. */
final class BalanceBenchmark implements Benchmark {
  private final Path root;

  BalanceBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "balance";
  }

  @Override
  public List<Row> run(boolean quick) throws IOException {
    SimulationTable table = new SimulationTable(quick);
    List<Row> rows = table.rows(root.resolve("../shared/traces/prefix/synthetic_trace.jsonl"));
    table.plot(root.resolve("benchmarks/results/balance-simulation.png"));
    return rows;
  }
}
