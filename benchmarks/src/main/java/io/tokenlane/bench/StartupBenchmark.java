package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** From built jars to three healthy processes, and what they then weigh. */
final class StartupBenchmark implements Benchmark {
  private static final double GOAL_SECONDS = 12;

  private final Path root;

  StartupBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    Samples seconds = new Samples();
    Samples gateway = new Samples();
    Samples node = new Samples();
    for (int i = 0; i < (quick ? 3 : 9); i++) {
      try (RunningSystem system = RunningSystem.start(root)) {
        seconds.add(system.secondsToHealthy());
        gateway.add(system.residentMib("gateway.jar"));
        node.add(system.residentMib("node.jar"));
      }
    }
    return List.of(
        Row.of("gateway and two nodes healthy", seconds.median(), "s", Row.Better.LOWER)
            .withGoal(GOAL_SECONDS),
        Row.of("slowest of these starts", seconds.percentile(100), "s", Row.Better.LOWER),
        Row.of("gateway, resident after start", gateway.median(), "MiB", Row.Better.LOWER),
        Row.of("node, resident after start", node.median(), "MiB", Row.Better.LOWER));
  }
}
