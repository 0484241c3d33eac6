package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a pick costs by JMH, in time and in bytes, for each policy and size of the fleet. */
final class PickRows {
  private static final double GOAL_SMALL_MICROS = 1;
  private static final double GOAL_LARGE_MICROS = 20;

  private PickRows() {}

  static List<Row> rows(boolean quick) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("io\\.tokenlane\\.bench\\.micro\\.PickBenchmark\\..*")
        .forks(1)
        .warmupIterations(quick ? 1 : 3)
        .measurementIterations(quick ? 2 : 5)
        .warmupTime(TimeValue.milliseconds(500))
        .measurementTime(TimeValue.milliseconds(500))
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT);
    if (quick) {
      options.param("strategy", "ewma");
    }
    List<Row> rows = new ArrayList<>();
    for (RunResult result : new Runner(options.build()).run()) {
      rows.addAll(rows(result));
    }
    return rows;
  }

  private static List<Row> rows(RunResult result) {
    boolean choice = result.getParams().getBenchmark().endsWith(".choose");
    boolean small = "10".equals(result.getParams().getParam("nodes"));
    String id =
        "%s, %s, %s nodes"
            .formatted(
                choice ? "pick" : "lease and close",
                result.getParams().getParam("strategy"),
                result.getParams().getParam("nodes"));
    double micros = result.getPrimaryResult().getStatistics().getPercentile(50);
    Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
    double bytes = allocated == null ? Double.NaN : allocated.getScore();
    Row time = Row.of(id, micros, "µs", Row.Better.LOWER);
    // Below half a byte a pick it is the harness' own.
    Row memory = Row.of(id + ": allocated", Math.rint(bytes), "B", Row.Better.LOWER);
    return choice
        ? List.of(time.withGoal(small ? GOAL_SMALL_MICROS : GOAL_LARGE_MICROS), memory.withGoal(0))
        : List.of(time, memory);
  }
}
