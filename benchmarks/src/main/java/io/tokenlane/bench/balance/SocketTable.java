package io.tokenlane.bench.balance;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;

/**
 * Our gateway beside nginx and haproxy, plain and tuned, before the same backends on real sockets.
 * For each scenario every proxy is measured in turn, round after round, with the same requests at
 * the same times ({@link Requests}); a figure is the median of the rounds.
 */
public final class SocketTable {
  private static final int BACKENDS = 8;
  private static final double CAPACITY = BACKENDS * Backends.SLOTS / 0.05;
  private static final double WARMING_SECONDS = 20;
  private static final double LEADING_SECONDS = 2;
  private static final int ROUNDS = 3;

  /** Speeds that differ are learned first: a hundred answers and more of each node. */
  private static final double LEARNING_SECONDS = 10;

  private static final Row.Better LOWER = Row.Better.LOWER;

  private final Path root;
  private final List<String> only;
  private final Map<String, Map<Proxies, Double>> waits = new LinkedHashMap<>();
  private final double seconds;

  /**
   * @param only parts of the names of the scenarios to run, with commas between; empty for all
   */
  public SocketTable(Path root, boolean quick, String only) {
    this.root = root;
    this.only = List.of(only.split(",", -1));
    this.seconds = quick ? 8 : 24;
  }

  /**
   * Refuses what no scenario's name has.
   *
   * @throws IllegalArgumentException for a part that none has
   */
  public static void requireKnown(String only) {
    SocketTable table = new SocketTable(Path.of(""), true, only);
    List<String> names = table.scenarios().stream().map(Scenario::name).toList();
    for (String part : table.only) {
      if (names.stream().noneMatch(name -> name.contains(part))) {
        throw new IllegalArgumentException(
            "--scenario=%s (expected: picks, simulation, or parts of %s)".formatted(part, names));
      }
    }
  }

  /**
   * @param latencyGoal most of the best peer's p99; 0 for no goal
   * @param waitGoal most of the best peer's p99 wait; 0 for no goal
   * @param trouble planned on the backends when counting begins; the seconds are the run's
   */
  private record Scenario(
      String name,
      double load,
      List<Double> speeds,
      List<Double> weights,
      double latencyGoal,
      double waitGoal,
      Consumer<Backends> trouble) {
    double perSecond() {
      double speed = speeds.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      return load * CAPACITY * speed;
    }

    boolean alike() {
      return speeds.stream().distinct().count() == 1;
    }

    /** Whether its figures are of queues alone, as nothing goes wrong on the nodes. */
    boolean ofQueues() {
      return latencyGoal + waitGoal > 0 && !name.startsWith("pauses");
    }

    Queues queues() {
      return new Queues(speeds, weights, Backends.SLOTS);
    }
  }

  private static List<Double> repeated(double... pattern) {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < BACKENDS; i++) {
      all.add(pattern[i % pattern.length]);
    }
    return all;
  }

  private List<Scenario> scenarios() {
    List<Double> equal = Collections.nCopies(BACKENDS, 1.0);
    List<Double> slow = new ArrayList<>(equal);
    slow.set(0, 0.25);
    List<Double> known = List.of(3.0, 2.0, 1.0, 3.0, 2.0, 1.0, 3.0, 1.0);
    double mean = known.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    List<Double> speeds = known.stream().map(weight -> weight / mean).toList();
    Consumer<Backends> calm = all -> {};
    return List.of(
        new Scenario("even 0.7", 0.7, equal, equal, 1.02, 1.15, calm),
        new Scenario("even 0.9", 0.9, equal, equal, 1.02, 1.15, calm),
        new Scenario("one 4x slower", 0.7, slow, equal, 0.85, 0.4, calm),
        new Scenario("pauses of 500 ms", 0.7, equal, equal, 1, 0.75, this::pauses),
        new Scenario("fast 500s", 0.7, equal, equal, 0, 0, this::failures),
        new Scenario("unknown capacities", 0.7, repeated(1.5, 0.5), equal, 0, 0.25, calm),
        new Scenario("kill and return", 0.6, equal, equal, 0, 0, this::kill),
        new Scenario("weights 3:2:1", 0.7, speeds, known, 1.02, 1.15, calm));
  }

  private void pauses(Backends all) {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < BACKENDS; i++) {
      Backends.Backend backend = all.get(i);
      double at = random.nextDouble() * 10;
      for (double second = at; second < seconds; second += 5 + 10 * random.nextDouble()) {
        all.after(second, () -> backend.pause(500));
      }
    }
  }

  private void failures(Backends all) {
    all.after(seconds / 3, () -> all.get(0).failing(true));
    all.after(2 * seconds / 3, () -> all.get(0).failing(false));
  }

  private void kill(Backends all) {
    Thread.Builder threads = Thread.ofVirtual();
    all.after(seconds / 4, () -> threads.start(() -> all.get(0).die()));
    all.after(seconds / 2, () -> threads.start(() -> all.get(0).comeBack()));
  }

  private boolean wanted(Scenario scenario) {
    return only.stream().anyMatch(scenario.name()::contains);
  }

  /** Runs the scenarios; peers that are not installed are named in a row without a value. */
  public List<Row> rows() throws IOException, InterruptedException {
    OpenLoop.keepSilent();
    List<Row> rows = new ArrayList<>();
    List<Proxies> there = new ArrayList<>();
    for (Proxies proxy : Proxies.values()) {
      if (proxy.installed()) {
        there.add(proxy);
      } else {
        rows.add(
            Row.missing(
                "sockets, " + proxy.title(),
                "ms",
                "not installed: apt-get install nginx-light haproxy"));
      }
    }
    if (scenarios().stream().noneMatch(each -> wanted(each) && failing(each))) {
      there.remove(Proxies.OURS_ONCE);
    }
    Map<Proxies, Proxies.Running> running = new EnumMap<>(Proxies.class);
    List<Double> weights = List.of();
    try (Backends backends = new Backends(BACKENDS)) {
      for (Scenario scenario : scenarios()) {
        if (!wanted(scenario)) {
          continue;
        }
        if (!scenario.weights().equals(weights)) {
          running.values().forEach(Proxies.Running::close);
          running.clear();
          Precedence.give();
          start(there, backends, scenario.weights(), running);
          weights = scenario.weights();
          if (!Precedence.take()) {
            System.err.println("balance: clients and backends cannot go before the proxies here");
          }
        }
        rows.addAll(rows(scenario, running, backends));
      }
    } finally {
      running.values().forEach(Proxies.Running::close);
    }
    return rows;
  }

  /** What the same requests would take without sockets. */
  private static final class Computed {
    private final Quantiles wait = new Quantiles();
    private final Quantiles latency = new Quantiles();
    private final Quantiles leastWait = new Quantiles();
    private final Quantiles leastLatency = new Quantiles();

    void add(Queues.Waits waits) {
      wait.add(waits.ideal());
      latency.add(waits.idealLatency());
      leastWait.add(waits.least());
      leastLatency.add(waits.leastLatency());
    }

    List<Row> rows(String name) {
      String ideal = name + "one queue that knows everything, computed: ";
      String least = name + "least connections, computed: ";
      return List.of(
          Row.of(ideal + "p99", latency.at(0.5), "ms", LOWER),
          Row.of(ideal + "p99 wait", wait.at(0.5), "ms", LOWER),
          Row.of(least + "p99", leastLatency.at(0.5), "ms", LOWER),
          Row.of(least + "p99 wait", leastWait.at(0.5), "ms", LOWER));
    }
  }

  /** All rounds of one proxy. */
  private static final class Rounds {
    private final Quantiles latency = new Quantiles();
    private final Quantiles wait = new Quantiles();
    private final Quantiles errors = new Quantiles();
    private final Quantiles back = new Quantiles();

    void add(OpenLoop.Measured measured, double backAfter) {
      latency.add(measured.latencies().at(0.99));
      wait.add(measured.waits().at(0.99));
      errors.add(100 * measured.errors());
      back.add(Double.isNaN(backAfter) ? 1e9 : backAfter);
    }
  }

  /** What is compared; medians of the rounds. */
  private enum Figure {
    LATENCY,
    WAIT;

    double of(Rounds rounds) {
      return (this == WAIT ? rounds.wait : rounds.latency).at(0.5);
    }
  }

  private List<Row> rows(
      Scenario scenario, Map<Proxies, Proxies.Running> running, Backends backends)
      throws IOException, InterruptedException {
    Map<Proxies, Rounds> results = new EnumMap<>(Proxies.class);
    running.keySet().stream()
        .filter(proxy -> proxy != Proxies.OURS_ONCE || failing(scenario))
        .forEach(proxy -> results.put(proxy, new Rounds()));
    Queues queues = scenario.queues();
    List<Requests> draws =
        Requests.typical(queues, scenario.perSecond(), LEADING_SECONDS, seconds, ROUNDS);
    Computed computed = new Computed();
    try (OpenLoop clients = new OpenLoop()) {
      for (Requests requests : draws) {
        computed.add(queues.waits(requests));
        for (Map.Entry<Proxies, Proxies.Running> each : running.entrySet()) {
          Rounds found = results.get(each.getKey());
          if (found != null) {
            each.getValue().requireAlive();
            int port = each.getValue().port();
            boolean learns = each.getKey().ours();
            measure(scenario, new Stand(backends, clients, port, learns), requests, found);
          }
        }
      }
    }
    Map<Proxies, Double> found = new EnumMap<>(Proxies.class);
    results.forEach((proxy, all) -> found.put(proxy, Figure.WAIT.of(all)));
    waits.put(scenario.name(), found);
    List<Row> rows = report(scenario, results);
    if (scenario.ofQueues()) {
      rows.addAll(computed.rows("sockets, " + scenario.name() + ", "));
    }
    return rows;
  }

  /** Starts all at once, so that they stand idle equally long, and lets the compiler catch up. */
  private void start(
      List<Proxies> proxies,
      Backends backends,
      List<Double> weights,
      Map<Proxies, Proxies.Running> running)
      throws IOException, InterruptedException {
    backends.reset(Collections.nCopies(BACKENDS, 1.0));
    for (Proxies proxy : proxies) {
      running.put(proxy, proxy.start(root, backends, weights));
    }
    try (OpenLoop clients = new OpenLoop()) {
      for (Map.Entry<Proxies, Proxies.Running> each : running.entrySet()) {
        double warming = each.getKey().ours() ? WARMING_SECONDS : 0.5;
        clients.run(each.getValue().port(), Requests.drawn(1, 0.7 * CAPACITY, warming, 0));
      }
    }
  }

  private static boolean failing(Scenario scenario) {
    return scenario.name().startsWith("fast");
  }

  /**
   * What a round is measured with.
   *
   * @param port of the proxy
   * @param learns whether the proxy learns speeds; the others are as good at once
   */
  private record Stand(Backends backends, OpenLoop clients, int port, boolean learns) {}

  private void measure(Scenario scenario, Stand stand, Requests requests, Rounds rounds)
      throws InterruptedException {
    Backends backends = stand.backends();
    backends.reset(scenario.speeds());
    if (stand.learns() && !scenario.alike()) {
      Requests learning = Requests.drawn(2, scenario.perSecond(), LEARNING_SECONDS, 0);
      stand.clients().run(stand.port(), learning);
    }
    backends.after(LEADING_SECONDS, () -> scenario.trouble().accept(backends));
    OpenLoop.Measured measured = stand.clients().run(stand.port(), requests);
    rounds.add(measured, backends.get(0).backAfter());
  }

  private static List<Row> report(Scenario scenario, Map<Proxies, Rounds> results) {
    List<Row> rows = new ArrayList<>();
    String name = "sockets, " + scenario.name() + ", ";
    results.forEach(
        (proxy, rounds) -> {
          String id = name + proxy.title();
          rows.add(Row.of(id + ": p99", rounds.latency.at(0.5), "ms", LOWER));
          rows.add(Row.of(id + ": p99 wait", rounds.wait.at(0.5), "ms", LOWER));
          Row errors = Row.of(id + ": errors", rounds.errors.at(0.5), "%", LOWER);
          rows.add(proxy.ours() ? errors.withGoal(mostErrors(scenario, proxy)) : errors);
          if (scenario.name().startsWith("kill")) {
            rows.add(
                Row.of(id + ": back in use after", rounds.back.at(0.5), "s", LOWER).withGoal(3));
          }
        });
    for (Proxies ours : results.keySet()) {
      if (ours.ours() && (scenario.latencyGoal() > 0 || scenario.waitGoal() > 0)) {
        rows.add(ratio(name + ours.title() + ": p99", Figure.LATENCY, scenario, ours, results));
        rows.add(ratio(name + ours.title() + ": p99 wait", Figure.WAIT, scenario, ours, results));
      }
    }
    return rows;
  }

  private static double mostErrors(Scenario scenario, Proxies proxy) {
    return failing(scenario) ? (proxy == Proxies.OURS_ONCE ? 0.2 : 0.05) : 0;
  }

  /** Ours over the best peer that knows as much; with pauses the waits are nginx's least_conn's. */
  private static Row ratio(
      String id, Figure figure, Scenario scenario, Proxies ours, Map<Proxies, Rounds> results) {
    boolean ofOne = figure == Figure.WAIT && scenario.name().startsWith("pauses");
    double best = Double.POSITIVE_INFINITY;
    String peer = "";
    double own = Double.NaN;
    for (Map.Entry<Proxies, Rounds> each : results.entrySet()) {
      double value = figure.of(each.getValue());
      own = each.getKey() == ours ? value : own;
      boolean counts = ofOne ? each.getKey() == Proxies.NGINX_TUNED : each.getKey().peer();
      if (counts && value < best) {
        best = value;
        peer = each.getKey().title();
      }
    }
    double goal = figure == Figure.WAIT ? scenario.waitGoal() : scenario.latencyGoal();
    if (peer.isEmpty()) {
      return Row.missing(id + " / peer", "x", "no peer is installed");
    }
    Row row = Row.of(id + " / " + peer, own / best, "x", LOWER);
    return goal == 0 ? row : row.withGoal(goal);
  }

  /** Draws the waits of all proxies, logarithmic. */
  public void plot(Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1600)
            .height(700)
            .title("balance, real sockets")
            .yAxisTitle("p99 wait, log10(1 + ms)")
            .build();
    chart.getStyler().setXAxisLabelRotation(30);
    List<String> names = List.copyOf(waits.keySet());
    for (Proxies proxy : Proxies.values()) {
      List<Double> values =
          waits.values().stream()
              .map(all -> Quantiles.drawn(all.getOrDefault(proxy, Double.NaN)))
              .toList();
      if (values.stream().anyMatch(value -> value > 0)) {
        chart.addSeries(proxy.title(), names, values);
      }
    }
    Files.createDirectories(file.getParent());
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}
