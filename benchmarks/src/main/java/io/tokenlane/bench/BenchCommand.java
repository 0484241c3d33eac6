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
  private static final String ALL = "all";

  private BenchCommand() {}

  /**
   * Runs one benchmark or all of them; prints a table or JSON and writes both and a plot under
   * {@code benchmarks/results}. Exit code 2 for a wrong call, 1 for a benchmark that failed; {@code
   * all} goes on after one that did.
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean json = names.remove("--json");
    boolean quick = names.remove("--quick");
    if (names.remove(ALL)) {
      System.exit(all(names, json, quick));
    }
    Map<String, Benchmark> known = known(names);
    Benchmark wanted = names.size() == 1 ? known.get(names.getFirst()) : null;
    if (wanted == null) {
      System.err.println(
          "tokenlane: bench: %s (expected: one of all, %s)"
              .formatted(String.join(" ", names), String.join(", ", known.keySet())));
      System.exit(2);
      return;
    }
    System.exit(run(wanted, json, quick));
  }

  /** All benchmarks by their names; their options are taken out of the arguments. */
  private static Map<String, Benchmark> known(List<String> arguments) {
    CudaOptions cuda = taken("cuda", () -> CudaOptions.take(arguments));
    EngineOptions engine = taken("engine", () -> EngineOptions.take(arguments));
    Benchmark balance =
        taken("balance", () -> new BalanceBenchmark(ROOT, BalanceBenchmark.scenario(arguments)));
    Benchmark cache =
        taken(
            "cache",
            () ->
                new CacheBenchmark(
                    ROOT, CacheBenchmark.only(arguments), CacheBenchmark.workers(arguments)));
    Benchmark memory =
        taken("memory", () -> new MemoryBenchmark(ROOT, MemoryBenchmark.files(arguments)));
    Benchmark soak = taken("soak", () -> new SoakBenchmark(ROOT, SoakBenchmark.minutes(arguments)));
    Benchmark gateway =
        taken("gateway", () -> new GatewayBenchmark(ROOT, GatewayBenchmark.parts(arguments)));
    Map<String, Benchmark> known = new TreeMap<>();
    for (Benchmark benchmark :
        List.of(
            new StartupBenchmark(ROOT),
            new EngineBenchmark(ROOT, engine),
            new CudaBenchmark(cuda),
            memory,
            new AdaptiveBenchmark(ROOT),
            gateway,
            new LoggingBenchmark(ROOT),
            new ChaosBenchmark(ROOT),
            soak,
            new CompressionBenchmark(ROOT),
            new PrefetchBenchmark(ROOT),
            cache,
            new SemanticBenchmark(ROOT),
            balance,
            new LimitsBenchmark(ROOT),
            new FleetBenchmark(),
            new EnergyBenchmark(ROOT),
            new MicroBenchmark(ROOT))) {
      known.put(benchmark.name(), benchmark);
    }
    return known;
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

  private static int run(Benchmark benchmark, boolean json, boolean quick) {
    try (Ticks ticks = Ticks.onStandardError(benchmark.name())) {
      Report report = new Report(benchmark.name(), Machine.here(), benchmark.run(quick));
      ticks.close();
      report.write(RESULTS);
      System.out.println(json ? report.json() : report.table());
      return 0;
    } catch (Exception e) {
      System.err.println("tokenlane: bench: " + benchmark.name() + ": " + reason(e));
      return 1;
    }
  }

  private static String reason(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** Each in a process of its own, by the very command that the report names. */
  private static int all(List<String> options, boolean json, boolean quick) {
    List<String> names = List.copyOf(known(new ArrayList<>(options)).keySet());
    Machine machine = Machine.here();
    WholeReport whole =
        new WholeReport(machine, Instant.now(), quick, List.of(), List.of(), new TreeMap<>());
    ProgressBar progress = ProgressBar.onStandardError(names.size());
    for (int i = 0; i < names.size(); i++) {
      progress.begins(i, names.get(i));
      BenchProcess one = new BenchProcess(ROOT, RESULTS, names.get(i), options);
      whole = whole.with(one.run(json, quick));
      // After each: a run that is cut off has told what it found.
      if (!written(whole)) {
        return 1;
      }
    }
    System.err.println("The whole report: " + RESULTS.resolve("report.html"));
    return whole.failures().isEmpty() ? 0 : 1;
  }

  private static boolean written(WholeReport whole) {
    try {
      whole.write(RESULTS);
      return true;
    } catch (IOException e) {
      System.err.println("tokenlane: bench: the report cannot be written: " + e.getMessage());
      return false;
    }
  }
}
