package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The JMH benchmarks of the hot paths, each in a JVM of its own. */
final class MicroBenchmark implements Benchmark {
  /** Wanted times in microseconds, by the row's id. */
  private static final Map<String, Double> GOALS =
      Map.of(
          "GrammarBenchmark.compile", 50_000.0,
          "GrammarBenchmark.stepKnown", 100.0,
          "GrammarBenchmark.stepNew", 100.0);

  private final Path root;

  MicroBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "micro";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    Options options =
        new OptionsBuilder()
            .include("io\\.tokenlane\\.bench\\.micro\\..*")
            .param("strategy", "ewma")
            .forks(1)
            .warmupIterations(quick ? 2 : 5)
            .measurementIterations(quick ? 3 : 10)
            .warmupTime(TimeValue.seconds(1))
            .measurementTime(TimeValue.seconds(1))
            .jvmArgsAppend("--add-modules=jdk.incubator.vector", "-Dtokenlane.root=" + root)
            .verbosity(VerboseMode.SILENT)
            .build();
    return rows(new Runner(options).run());
  }

  private static List<Row> rows(Collection<RunResult> results) {
    List<Row> rows = new ArrayList<>();
    for (RunResult result : results) {
      double median = result.getPrimaryResult().getStatistics().getPercentile(50);
      Row row = Row.of(id(result), median, "µs", Row.Better.LOWER);
      Double goal = GOALS.get(row.id());
      rows.add(goal == null ? row : row.withGoal(goal));
    }
    return rows;
  }

  private static String id(RunResult result) {
    String benchmark = result.getParams().getBenchmark();
    String name = benchmark.substring("io.tokenlane.bench.micro.".length());
    String nodes = result.getParams().getParam("nodes");
    return nodes == null ? name : "%s, %s nodes".formatted(name, nodes);
  }
}
