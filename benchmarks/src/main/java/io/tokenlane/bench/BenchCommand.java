package io.tokenlane.bench;

import io.tokenlane.bench.engine.EngineOptions;
import io.tokenlane.bench.report.Machine;
import io.tokenlane.bench.report.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code ./tokenlane bench NAME [--json] [--quick]}. */
public final class BenchCommand {
  private static final Path ROOT = Path.of(System.getProperty("tokenlane.root", "."));

  private BenchCommand() {}

  /**
   * Runs one benchmark or all of them; prints a table or JSON and writes both and a plot under
   * {@code benchmarks/results}. Exit code 2 for a wrong call, 1 for a benchmark that failed.
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    EngineOptions engine = engineOptions(names);
    String scenario = BalanceBenchmark.scenario(names);
    Map<String, Benchmark> known = new TreeMap<>();
    for (Benchmark benchmark :
        List.of(
            new StartupBenchmark(ROOT),
            new EngineBenchmark(ROOT, engine),
            new AdaptiveBenchmark(ROOT),
            new GatewayBenchmark(ROOT),
            new CompressionBenchmark(ROOT),
            new PrefetchBenchmark(ROOT),
            new CacheBenchmark(ROOT),
            new BalanceBenchmark(ROOT, scenario),
            new MicroBenchmark(ROOT))) {
      known.put(benchmark.name(), benchmark);
    }
    boolean json = names.remove("--json");
    boolean quick = names.remove("--quick");
    if (names.size() != 1
        || !(names.getFirst().equals("all") || known.containsKey(names.getFirst()))) {
      System.err.println(
          "tokenlane: bench: %s (expected: one of all, %s)"
              .formatted(String.join(" ", names), String.join(", ", known.keySet())));
      System.exit(2);
    }
    List<Benchmark> wanted =
        names.getFirst().equals("all")
            ? List.copyOf(known.values())
            : List.of(known.get(names.getFirst()));
    System.exit(run(wanted, json, quick));
  }

  private static EngineOptions engineOptions(List<String> arguments) {
    try {
      return EngineOptions.take(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("tokenlane: bench: engine: " + e.getMessage());
      System.exit(2);
      throw e;
    }
  }

  private static int run(List<Benchmark> wanted, boolean json, boolean quick) {
    Machine machine = Machine.here();
    for (Benchmark benchmark : wanted) {
      try {
        Report report = new Report(benchmark.name(), machine, benchmark.run(quick));
        report.write(ROOT.resolve("benchmarks/results"));
        System.out.println(json ? report.json() : report.table());
      } catch (Exception e) {
        System.err.println("tokenlane: bench: " + benchmark.name() + ": " + e.getMessage());
        return 1;
      }
    }
    return 0;
  }
}
