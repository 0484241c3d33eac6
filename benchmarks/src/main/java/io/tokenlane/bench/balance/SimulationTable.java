package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Plan.Fault;
import io.tokenlane.bench.balance.Plan.Tail;
import io.tokenlane.bench.balance.Prompts.Prompt;
import io.tokenlane.bench.balance.Replicas.Setup;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;

/** All policies and peers in all simulated scenarios, as rows and as a plot. */
public final class SimulationTable {
  private static final String LEAST = "weighted-least-connections";
  private static final List<Balancer.Kind> KINDS =
      List.of(
          Pools.of("round-robin"),
          Pools.of(LEAST),
          Peers.TWO_CHOICES,
          Pools.of("peak-ewma"),
          Peers.PREQUAL,
          Peers.LOWEST_EWMA,
          Pools.of("ewma"),
          Pools.of("predictive"),
          Pools.of("energy-aware"),
          Pools.lateBinding("ewma"),
          Peers.IDEAL);
  private static final List<String> MODEL_POLICIES =
      List.of("round-robin", LEAST, "ewma", "ip-hash", "consistent-hash", "prefix-affinity");

  private final boolean quick;
  private final Map<String, Map<String, Double>> waits = new LinkedHashMap<>();

  /** Quick: a fifth of the calls, and no fleet of 1 000. */
  public SimulationTable(boolean quick) {
    this.quick = quick;
  }

  private int calls(int all) {
    return quick ? all / 5 : all;
  }

  /** Runs everything; the trace of prompts is left out, and said so, where it is missing. */
  public List<Row> rows(Path trace) throws IOException {
    List<Row> rows = new ArrayList<>();
    plans().forEach((name, plan) -> rows.addAll(rows(name, plan)));
    rows.addAll(faults());
    rows.addAll(models("model calls", Prompts.shared(calls(40_000), 110, 7), 200_000));
    if (Files.exists(trace)) {
      rows.addAll(models("recorded prompts", Prompts.trace(trace, 4_000, 1), 1_000_000));
    } else {
      rows.add(Row.missing("recorded prompts", "s", "no file " + trace.getFileName()));
    }
    return rows;
  }

  private Map<String, Plan> plans() {
    Map<String, Plan> plans = new LinkedHashMap<>();
    for (double load : new double[] {0.6, 0.7, 0.8, 0.9}) {
      plans.put("100x20 load " + load, Plan.even(100, 20, load, calls(100_000)));
    }
    Plan base = Plan.even(100, 20, 0.8, calls(100_000));
    plans.put("100x20 heavy tail 0.8", base.tail(Tail.HEAVY));
    plans.put("100x20 unequal 0.8", base.speeds(1.5, 0.5));
    plans.put("100x20 one 4x slower 0.8", base.first(0.25));
    plans.put("100x20 pauses 0.8", base.fault(Fault.PAUSES));
    plans.put("8x1 load 0.7", Plan.even(8, 1, 0.7, calls(100_000)));
    plans.put("8x1 load 0.9", Plan.even(8, 1, 0.9, calls(100_000)));
    plans.put("8x1 one 4x slower 0.7", Plan.even(8, 1, 0.7, calls(100_000)).first(0.25));
    plans.put("8x1 unequal 0.8", Plan.even(8, 1, 0.8, calls(100_000)).speeds(1.5, 0.5));
    if (!quick) {
      plans.put("1000x50 load 0.7", Plan.even(1_000, 50, 0.7, 100_000));
      plans.put("1000x50 load 0.9", Plan.even(1_000, 50, 0.9, 100_000));
      plans.put("1000x50 unequal 0.8", Plan.even(1_000, 50, 0.8, 100_000).speeds(1.5, 0.5));
    }
    return plans;
  }

  private List<Row> rows(String name, Plan plan) {
    List<Row> rows = new ArrayList<>();
    Map<String, Double> measured = new LinkedHashMap<>();
    for (Balancer.Kind kind : KINDS) {
      Outcome outcome = Fleet.run(plan, kind);
      measured.put(kind.title(), outcome.waitP99());
      Row wait = Row.of(name + ", " + kind.title() + ": p99 wait", outcome.waitP99(), "ms", LOWER);
      Double least = measured.get(LEAST);
      rows.add(
          kind.title().equals("ewma") && least != null
              ? wait.withPeer(LEAST, least).withGoal(goal(name, least))
              : wait);
      rows.add(
          Row.of(name + ", " + kind.title() + ": busiest share", outcome.busiest(), "x", LOWER));
    }
    waits.put(name, measured);
    return rows;
  }

  private static final Row.Better LOWER = Row.Better.LOWER;

  private static double goal(String name, double least) {
    if (name.startsWith("8x1")) {
      return 1.15 * least;
    }
    return (name.contains("unequal") ? 0.25 : 0.6) * least;
  }

  private List<Row> faults() {
    List<Row> rows = new ArrayList<>();
    for (String policy : List.of("ewma", LEAST, "round-robin")) {
      Balancer.Kind kind = Pools.of(policy);
      Plan failing = Plan.even(8, 1, 0.7, 40_000).fault(Fault.FAST_FAILURES);
      Plan killed = failing.fault(Fault.KILL);
      Outcome kill = Fleet.run(killed, kind);
      rows.add(
          percent("fast failures, retries, " + policy, Fleet.run(failing, kind)).withGoal(0.05));
      rows.add(
          percent("fast failures, no retries, " + policy, Fleet.run(failing.withoutRetries(), kind))
              .withGoal(0.2));
      rows.add(percent("kill and return, " + policy, kill).withGoal(0));
      rows.add(
          Row.of("back in use after return, " + policy, kill.backAfter(), "s", LOWER).withGoal(3));
    }
    return rows;
  }

  private static Row percent(String id, Outcome outcome) {
    return Row.of(id + ": errors", 100 * outcome.errors(), "%", LOWER);
  }

  private static List<Row> models(String name, List<Prompt> prompts, long cache) {
    List<Replicas.Kind> kinds = new ArrayList<>(MODEL_POLICIES.stream().map(Routers::of).toList());
    kinds.add(Routers.cacheAware());
    kinds.add(Routers.scoring());
    List<Double> slow = new ArrayList<>(Routers.even(8));
    slow.set(2, 1.0 / 3);
    List<Row> rows = new ArrayList<>();
    for (Replicas.Kind kind : kinds) {
      String id = name + ", " + kind.title();
      Setup one = new Setup(Routers.even(8), 8_000, cache, 1, 3);
      Setup four = new Setup(Routers.even(8), 8_000, cache, 4, 3);
      double alone = Replicas.run(one, prompts, kind).p99Seconds();
      double among = Replicas.run(four, prompts, kind).p99Seconds();
      double lame = Replicas.run(new Setup(slow, 8_000, cache, 4, 3), prompts, kind).p99Seconds();
      rows.add(Row.of(id + ", 1 gateway: p99 first token", alone, "s", LOWER));
      rows.add(
          Row.of(id + ", 4 gateways: p99 first token", among, "s", LOWER)
              .withPeer("1 gateway", alone)
              .withGoal(1.2 * alone));
      rows.add(Row.of(id + ", one 3x slow: p99 first token", lame, "s", LOWER));
    }
    return rows;
  }

  /** Draws the waits of all policies, logarithmic. */
  public void plot(Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1600)
            .height(700)
            .title("balance, simulated")
            .yAxisTitle("p99 wait, ms")
            .build();
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setYAxisLogarithmic(true);
    for (Balancer.Kind kind : KINDS) {
      List<Double> values =
          waits.values().stream()
              .map(measured -> Math.max(0.1, measured.getOrDefault(kind.title(), 0.1)))
              .toList();
      chart.addSeries(kind.title(), List.copyOf(waits.keySet()), values);
    }
    Files.createDirectories(file.getParent());
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}
