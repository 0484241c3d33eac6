package io.tokenlane.bench;

import io.tokenlane.bench.balance.SimulationTable;
import io.tokenlane.bench.balance.SocketTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every balancing policy and its peers: in the simulation, and beside other proxies on sockets. */
final class BalanceBenchmark implements Benchmark {
  private static final String ONLY = "--scenario=";
  private static final String NO_SOCKETS = "simulation";
  private static final String PICKS = "picks";

  private final Path root;
  private final String only;

  /**
   * @param only {@code simulation}, {@code picks}, or parts of the names of socket scenarios, with
   *     commas between; empty for all
   */
  BalanceBenchmark(Path root, String only) {
    this.root = root;
    this.only = only;
    if (ofSockets()) {
      SocketTable.requireKnown(only);
    }
  }

  /** Takes {@code --scenario=TEXT} out of the arguments. */
  static String scenario(List<String> arguments) {
    String found =
        arguments.stream()
            .filter(argument -> argument.startsWith(ONLY))
            .map(argument -> argument.substring(ONLY.length()))
            .findFirst()
            .orElse("");
    arguments.removeIf(argument -> argument.startsWith(ONLY));
    return found;
  }

  @Override
  public String name() {
    return "balance";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    List<Row> rows = new ArrayList<>();
    if (only.isEmpty() || only.equals(PICKS)) {
      rows.addAll(PickRows.rows(quick));
    }
    if (only.isEmpty() || only.equals(NO_SOCKETS)) {
      SimulationTable table = new SimulationTable(quick);
      rows.addAll(table.rows(root.resolve("../shared/traces/prefix/synthetic_trace.jsonl")));
      table.plot(results("balance-simulation.png"));
    }
    if (ofSockets()) {
      String scenario = only.isEmpty() && quick ? "even 0.7" : only;
      SocketTable table = new SocketTable(root, quick, scenario);
      rows.addAll(table.rows());
      table.plot(results("balance-sockets.png"));
    }
    return rows;
  }

  private boolean ofSockets() {
    return !only.equals(NO_SOCKETS) && !only.equals(PICKS);
  }

  private Path results(String name) {
    return root.resolve("benchmarks/results").resolve(name);
  }
}
