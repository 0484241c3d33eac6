package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The JMH benchmarks of the hot paths, each in a JVM of its own. */
final class MicroBenchmark implements Benchmark {
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
      rows.add(Row.of(id(result), median, "µs", Row.Better.LOWER));
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
