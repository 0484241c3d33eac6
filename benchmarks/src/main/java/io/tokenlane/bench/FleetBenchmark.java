package io.tokenlane.bench;

import io.tokenlane.bench.balance.ScaleTable;
import io.tokenlane.bench.report.Row;
import java.util.List;

/** Balancing and discovery at 1, 10 and 1,000 nodes. */
final class FleetBenchmark implements Benchmark {

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public List<Row> run(boolean quick) {
    return new ScaleTable(quick).rows();
  }
}
