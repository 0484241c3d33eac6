package io.tokenlane.bench.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.bench.balance.Plan.Fault;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;

/**
 * All policies, what others publish, and the ideal queue in all simulated scenarios, as rows and as
 * a plot. Ratios are rows of their own: they have the goals.
 */
public final class SimulationTable {
  private static final String EWMA = "ewma";
  private static final String LATE = "ewma + late binding";
  private static final String LEAST = "weighted-least-connections";
  private static final String PEAK = "peak-ewma";
  private static final String PREQUAL = Peers.PREQUAL.title();
  private static final Row.Better LOWER = Row.Better.LOWER;

  private static final List<Balancer.Kind> KINDS =
      Stream.of(
              Strategies.all().stream().map(BalancingStrategy::name).map(Pools::of),
              Stream.of(Pools.lateBinding(EWMA)),
              Stream.of(Peers.values()))
          .flatMap(kinds -> kinds)
          .map(Balancer.Kind.class::cast)
          .toList();

  private final boolean quick;
  private final Map<String, Map<String, Outcome>> outcomes = new LinkedHashMap<>();

  /** Quick: a fifth of the calls, and no fleet of 1 000. */
  public SimulationTable(boolean quick) {
    this.quick = quick;
  }

  /** Runs everything; the trace of prompts is left out, and said so, where it is missing. */
  public List<Row> rows(Path trace) throws IOException {
    List<Row> rows = new ArrayList<>();
    Scenarios.all(quick).forEach((name, plan) -> rows.addAll(rows(name, plan)));
    rows.addAll(new ModelTable(quick).rows(trace));
    rows.add(movedClients());
    return rows;
  }

  private List<Row> rows(String name, Plan plan) {
    Map<String, Outcome> measured = new LinkedHashMap<>();
    List<Outcome> all = KINDS.parallelStream().map(kind -> Fleet.run(plan, kind)).toList();
    for (int i = 0; i < all.size(); i++) {
      measured.put(KINDS.get(i).title(), all.get(i));
    }
    outcomes.put(name, measured);
    List<Row> rows = new ArrayList<>();
    boolean failures = plan.fault() == Fault.FAST_FAILURES || plan.fault() == Fault.KILL;
    measured.forEach(
        (kind, outcome) -> {
          String id = name + ", " + kind;
          rows.add(Row.of(id + ": p99 wait", outcome.waitP99(), "ms", LOWER));
          rows.add(Row.of(id + ": p99", outcome.latencyP99(), "ms", LOWER));
          if (failures) {
            rows.add(Row.of(id + ": errors", 100 * outcome.errors(), "%", LOWER));
          }
        });
    rows.addAll(failures ? failureGoals(name, plan, measured) : goals(name, plan, measured));
    return rows;
  }

  private static List<Row> failureGoals(String name, Plan plan, Map<String, Outcome> measured) {
    List<Row> rows = new ArrayList<>();
    double most = plan.fault() == Fault.KILL ? 0 : plan.retries() ? 0.05 : 0.2;
    for (String kind : List.of(EWMA, LATE)) {
      Outcome outcome = of(measured, kind);
      String id = name + ", " + kind + ": ";
      if (plan.gateways() == 1) {
        rows.add(Row.of(id + "errors, of all", 100 * outcome.errors(), "%", LOWER).withGoal(most));
      }
      if (plan.fault() == Fault.KILL) {
        rows.add(
            Double.isNaN(outcome.backAfter())
                ? Row.missing(id + "back in use after", "s", "the run ended before")
                : Row.of(id + "back in use after", outcome.backAfter(), "s", LOWER).withGoal(3));
      }
    }
    return rows;
  }

  private static List<Row> goals(String name, Plan plan, Map<String, Outcome> measured) {
    return plan.gateways() == 1 ? goalsOfOne(name, measured) : goalsOfMany(name, plan, measured);
  }

  private static List<Row> goalsOfMany(String name, Plan plan, Map<String, Outcome> measured) {
    List<Row> rows = new ArrayList<>();
    boolean unequal = name.contains("unequal");
    boolean equal = name.contains("heavy") || (name.contains("load") && plan.load() > 0.65);
    double least = unequal ? 0.25 : equal ? 0.6 : 0;
    rows.add(ratio(name, measured, new Pair(EWMA, LEAST, least), Outcome::waitP99));
    double peak = unequal ? 0.4 : equal ? 0.5 : 0;
    rows.add(ratio(name, measured, new Pair(EWMA, PEAK, peak), Outcome::waitP99));
    rows.add(ratio(name, measured, new Pair(EWMA, PREQUAL, unequal ? 0.85 : 0), Outcome::waitP99));
    rows.add(
        Row.of(name + ", ewma: busiest share", of(measured, EWMA).busiest(), "x", LOWER)
            .withPeer("the plain rule", of(measured, Peers.LOWEST_EWMA.title()).busiest())
            .withGoal(3.5));
    return rows;
  }

  /** One gateway's goals are those of the sockets. */
  private static List<Row> goalsOfOne(String name, Map<String, Outcome> measured) {
    double[] most =
        name.contains("slower")
            ? new double[] {0.85, 0.40}
            : name.contains("pauses")
                ? new double[] {1, 0.75}
                : name.contains("unequal") ? new double[] {0, 0.25} : new double[] {1.02, 1.15};
    Pair latency = new Pair(LATE, LEAST, most[0]);
    return List.of(
        ratio(name, measured, latency, Outcome::latencyP99),
        ratio(name, measured, new Pair(LATE, LEAST, most[1]), Outcome::waitP99));
  }

  /**
   * Whose figure is divided by whose.
   *
   * @param most the goal; 0 for none
   */
  private record Pair(String one, String other, double most) {}

  private static Row ratio(
      String name, Map<String, Outcome> measured, Pair pair, ToDoubleFunction<Outcome> figure) {
    double one = figure.applyAsDouble(of(measured, pair.one()));
    double other = figure.applyAsDouble(of(measured, pair.other()));
    boolean wait = one == of(measured, pair.one()).waitP99();
    String id =
        name + ", " + pair.one() + ": " + (wait ? "p99 wait" : "p99") + " / " + pair.other();
    if (Double.isNaN(one) || !(other > 0)) {
      return Row.missing(id, "x", "nothing to compare with");
    }
    Row row = Row.of(id, one / other, "x", LOWER);
    return pair.most() == 0 ? row : row.withGoal(pair.most());
  }

  private static Outcome of(Map<String, Outcome> measured, String kind) {
    return measured.getOrDefault(kind, Outcome.NONE);
  }

  /** Of many clients the share whose node changes when one of eight goes, by {@code ip-hash}. */
  private static Row movedClients() {
    return Row.of("ip-hash, one of 8 nodes goes: clients that move", Moved.percent(), "%", LOWER)
        .withGoal(13);
  }

  /** Draws the waits of all policies, logarithmic. */
  public void plot(Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(2400)
            .height(900)
            .title("balance, simulated")
            .yAxisTitle("p99 wait, log10(1 + ms)")
            .build();
    chart.getStyler().setXAxisLabelRotation(30);
    for (Balancer.Kind kind : KINDS) {
      List<Double> values =
          outcomes.values().stream()
              .map(measured -> Quantiles.drawn(of(measured, kind.title()).waitP99()))
              .toList();
      chart.addSeries(kind.title(), List.copyOf(outcomes.keySet()), values);
    }
    Files.createDirectories(file.getParent());
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}
