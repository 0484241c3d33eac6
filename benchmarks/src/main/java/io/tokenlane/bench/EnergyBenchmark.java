package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The energy of answers and of doing nothing: a gateway and two nodes on the demo model.
 *
 * <p>CPU time is measured; watts are those of the nodes' declared power model ({@code
 * tokenlane.energy}), so every joule and gram here is an estimate unless RAPL could be read, which
 * the row of the source says. Grams are for 10,000 requests at {@value #PER_SECOND} a second and
 * {@value #INTENSITY} g/kWh, half of them from the cache.
 */
final class EnergyBenchmark implements Benchmark {
  private static final Row.Better LOWER = Row.Better.LOWER;
  private static final double IDLE_WATTS = 0.74;
  private static final double CORE_WATTS = 2.76;
  private static final double INTENSITY = 400;
  private static final double PER_SECOND = 10;
  private static final double JOULES_PER_KWH = 3.6e6;
  private static final double GOAL_IDLE_PERCENT = 0.5;

  /** From then on a gateway asks its nodes rarely. */
  private static final double REST_SECONDS = 35;

  private static final Pattern JOULES =
      Pattern.compile("tokenlane_energy_joules_total\\{([^}]*)} ([0-9.E-]+)");
  private static final Pattern TOKENS = Pattern.compile("\"(?:completion|prompt)_tokens\":(\\d+)");

  private final Path root;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  EnergyBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "energy";
  }

  /** CPU seconds of the gateway and of both nodes, and what they did for them. */
  private record Spent(double gateway, double nodes, int requests, long tokens) {
    double perRequest() {
      return (gateway + nodes) / requests;
    }
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    List<Row> rows = new ArrayList<>();
    double idleSeconds = quick ? 20 : 60;
    int requests = quick ? 300 : 3_000;
    try (RunningSystem system = RunningSystem.start(root)) {
      double start = system.cpuSeconds("gateway.jar") + system.cpuSeconds("node.jar");
      var _ = spend(system, requests / 3, "warm");
      rest(REST_SECONDS);
      double gateway = system.cpuSeconds("gateway.jar");
      double nodes = system.cpuSeconds("node.jar");
      rest(idleSeconds);
      rows.add(idle("idle gateway", system.cpuSeconds("gateway.jar") - gateway, idleSeconds));
      rows.add(
          idle(
              "idle node that a gateway asks",
              (system.cpuSeconds("node.jar") - nodes) / 2,
              idleSeconds));
      Matcher before = joules();
      Spent answers = spend(system, requests, "new");
      Matcher after = joules();
      rows.addAll(tokens(answers, before, after));
      var _ = spend(system, 50, null);
      Spent hits = spend(system, requests, null);
      rows.add(
          Row.of("answer of a node, all processes", 1e3 * answers.perRequest(), "ms CPU", LOWER));
      rows.add(Row.of("answer of the cache", 1e3 * hits.perRequest(), "ms CPU", LOWER));
      rows.add(Row.of("start of a gateway and two nodes", start, "s CPU", LOWER));
      rows.addAll(grams((answers.perRequest() + hits.perRequest()) / 2, start));
    }
    rows.add(aloneIdle(idleSeconds));
    return rows;
  }

  private static Row idle(String what, double cpuSeconds, double seconds) {
    return Row.of(what, 100 * cpuSeconds / seconds, "% of a core", LOWER)
        .withGoal(GOAL_IDLE_PERCENT);
  }

  /** A node that nobody asks anything: its threads should be parked. */
  private Row aloneIdle(double seconds) throws IOException, InterruptedException {
    int port = RunningSystem.PORT + 31;
    Process node =
        new ProcessBuilder(
                root.resolve("tokenlane").toString(), "node", "--port", Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      URI ready = URI.create("http://localhost:" + port + "/actuator/health/readiness");
      while (node.isAlive() && !well(ready)) {
        rest(0.2);
      }
      rest(Math.min(10, seconds));
      double before = RunningSystem.cpuSeconds(node.pid());
      rest(seconds);
      return idle("idle node alone", RunningSystem.cpuSeconds(node.pid()) - before, seconds);
    } finally {
      node.destroy();
      node.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
  }

  private boolean well(URI uri) throws InterruptedException {
    try {
      return get(uri).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What the first node has counted. */
  private Matcher joules() throws IOException, InterruptedException {
    String page =
        get(URI.create("http://localhost:" + (RunningSystem.PORT + 11) + "/actuator/prometheus"))
            .body();
    Matcher matcher = JOULES.matcher(page);
    if (!matcher.find()) {
      throw new IOException("a node exports no tokenlane_energy_joules_total");
    }
    return matcher;
  }

  private static List<Row> tokens(Spent spent, Matcher before, Matcher after) {
    boolean estimate = after.group(1).contains("estimate=\"true\"");
    double counted = Double.parseDouble(after.group(2)) - Double.parseDouble(before.group(2));
    double busy = spent.nodes() * CORE_WATTS;
    return List.of(
        Row.of(
            "energy counted by a node, " + (estimate ? "estimate" : "measured"),
            counted,
            "J",
            LOWER),
        Row.of(
            "tokens per joule of busy nodes, estimate",
            spent.tokens() / busy,
            "1/J",
            Row.Better.HIGHER));
  }

  /**
   * Three kinds of deployment, beside the figures that the requirement names for them: a machine of
   * two processors of its own, the share that containers ask for (0.25 and twice 0.25 processors),
   * and CPU time alone, that of one start included, as if nothing ran between requests.
   */
  private static List<Row> grams(double cpuSecondsPerRequest, double cpuSecondsOfStart) {
    double seconds = 10_000 / PER_SECOND;
    double busy = 10_000 * cpuSecondsPerRequest * CORE_WATTS;
    return List.of(
        gram("virtual machine of 2 processors", 2 * IDLE_WATTS * seconds + busy, 85),
        gram("containers", 0.75 * IDLE_WATTS * seconds + busy, 42),
        gram("serverless", busy + cpuSecondsOfStart * CORE_WATTS, 18));
  }

  private static Row gram(String kind, double joules, double ofTheRequirement) {
    return Row.of(
            "10,000 requests, " + kind + ", estimate",
            joules / JOULES_PER_KWH * INTENSITY,
            "g CO2",
            LOWER)
        .withGoal(ofTheRequirement)
        .withPeer("requirement", ofTheRequirement);
  }

  /** Asks so many questions, each new with a salt, or always the same. */
  private Spent spend(RunningSystem system, int requests, @Nullable String salt)
      throws IOException, InterruptedException {
    double gateway = system.cpuSeconds("gateway.jar");
    double nodes = system.cpuSeconds("node.jar");
    long tokens = 0;
    for (int i = 0; i < requests; i++) {
      tokens += ask(salt == null ? "" : salt + " " + i);
    }
    return new Spent(
        system.cpuSeconds("gateway.jar") - gateway,
        system.cpuSeconds("node.jar") - nodes,
        requests,
        tokens);
  }

  private long ask(String salt) throws IOException, InterruptedException {
    String body =
        """
        {"model": "tokenlane-demo", "temperature": 0, "max_tokens": 16,
         "messages": [{"role": "user", "content": "What is the capital of France? %s"}]}
        """
            .formatted(salt);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + RunningSystem.PORT + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode() + ": " + response.body());
    }
    Matcher matcher = TOKENS.matcher(response.body());
    long tokens = 0;
    while (matcher.find()) {
      tokens += Long.parseLong(matcher.group(1));
    }
    return tokens;
  }

  private static void rest(double seconds) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep((long) (seconds * 1e3));
  }
}
