package io.tokenlane.bench;

import io.tokenlane.bench.cuda.CudaOptions;
import io.tokenlane.bench.engine.EngineOptions;
import io.tokenlane.bench.report.Machine;
import io.tokenlane.bench.report.Report;
import io.tokenlane.bench.report.WholeReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** {@code ./tokenlane bench NAME [--json] [--quick]}. */
public final class BenchCommand {
  private static final Path ROOT = Path.of(System.getProperty("tokenlane.root", "."));
  private static final Path RESULTS = ROOT.resolve("benchmarks/results");

  private BenchCommand() {}

  /**
   * Runs one benchmark or all of them; prints a table or JSON and writes both and a plot under
   * {@code benchmarks/results}. Exit code 2 for a wrong call, 1 for a benchmark that failed.
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    CudaOptions cuda = taken("cuda", () -> CudaOptions.take(names));
    EngineOptions engine = taken("engine", () -> EngineOptions.take(names));
    String scenario = BalanceBenchmark.scenario(names);
    Benchmark cache = taken("cache", () -> new CacheBenchmark(ROOT, CacheBenchmark.only(names)));
    Benchmark memory =
        taken("memory", () -> new MemoryBenchmark(ROOT, MemoryBenchmark.files(names)));
    Map<String, Benchmark> known = new TreeMap<>();
    for (Benchmark benchmark :
        List.of(
            new StartupBenchmark(ROOT),
            new EngineBenchmark(ROOT, engine),
            new CudaBenchmark(cuda),
            memory,
            new AdaptiveBenchmark(ROOT),
            new GatewayBenchmark(ROOT),
            new LoggingBenchmark(ROOT),
            new ChaosBenchmark(ROOT),
            new SoakBenchmark(ROOT),
            new CompressionBenchmark(ROOT),
            new PrefetchBenchmark(ROOT),
            cache,
            new SemanticBenchmark(ROOT),
            new BalanceBenchmark(ROOT, scenario),
            new LimitsBenchmark(ROOT),
            new FleetBenchmark(),
            new EnergyBenchmark(ROOT),
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

  /** Options of a benchmark, out of the arguments; a wrong one ends this process. */
  private static <T> T taken(String benchmark, Supplier<T> options) {
    try {
      return options.get();
    } catch (IllegalArgumentException e) {
      System.err.println("tokenlane: bench: " + benchmark + ": " + e.getMessage());
      System.exit(2);
      throw e;
    }
  }

  private static int run(List<Benchmark> wanted, boolean json, boolean quick) {
    Machine machine = Machine.here();
    Map<String, String> failures = new TreeMap<>();
    WholeReport whole = new WholeReport(machine, Instant.now(), quick, List.of(), failures);
    ProgressBar progress = ProgressBar.onStandardError(wanted.size());
    for (int i = 0; i < wanted.size(); i++) {
      Benchmark benchmark = wanted.get(i);
      try {
        progress.begins(i, benchmark.name());
        Report report = new Report(benchmark.name(), machine, benchmark.run(quick));
        report.write(RESULTS);
        whole = whole.with(report);
        System.out.println(json ? report.json() : report.table());
      } catch (Exception e) {
        failures.put(benchmark.name(), String.valueOf(e.getMessage()));
        System.err.println("tokenlane: bench: " + benchmark.name() + ": " + e.getMessage());
      }
    }
    return (wanted.size() == 1 || written(whole)) && failures.isEmpty() ? 0 : 1;
  }

  private static boolean written(WholeReport whole) {
    try {
      whole.write(RESULTS);
      System.err.println("The whole report: " + RESULTS.resolve("report.html"));
      return true;
    } catch (IOException e) {
      System.err.println("tokenlane: bench: the report cannot be written: " + e.getMessage());
      return false;
    }
  }
}
