package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the gateway adds and how much it passes, beside an origin asked directly, nginx and a plain
 * Spring Cloud Gateway. All are up at once and measured in turn, round after round; a figure is the
 * median of the rounds, what is added is taken within a round.
 */
public final class GatewayTable {
  private static final double PER_SECOND = 500;
  private static final byte[] GET = RawConnection.request("GET", "/things", "");
  private static final String CHATS = "/v1/chat/completions";
  private static final String QUESTION =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Where is Paris?\"}]}";
  private static final byte[] CHAT = RawConnection.request("POST", CHATS, QUESTION);

  /** What can be measured by itself. */
  public enum Part {
    /** A plain route beside its peers. */
    PLAIN,
    /** Model calls and the tokens of their streams. */
    CALLS,
    /** Thousands of streams open at once. */
    OPEN
  }

  private final Contestants contestants;
  private final boolean quick;
  private final Set<Part> parts;
  private final int rounds;
  private final double seconds;

  /** For the project under {@code root}. */
  public GatewayTable(Path root, boolean quick, Set<Part> parts) {
    this.parts = Set.copyOf(parts);
    this.contestants = new Contestants(root);
    this.quick = quick;
    this.rounds = quick ? 2 : 5;
    this.seconds = quick ? 2 : 4;
  }

  /** Runs it. */
  public List<Row> rows() throws Exception {
    List<Row> rows = new ArrayList<>();
    if (parts.contains(Part.PLAIN)) {
      rows.addAll(plainRoute());
    }
    if (parts.contains(Part.CALLS)) {
      rows.addAll(calls());
    }
    if (parts.contains(Part.OPEN)) {
      rows.addAll(manyStreams());
    }
    return rows;
  }

  private List<Row> plainRoute() throws Exception {
    if (!Contestants.nginxIsThere() || !Wrk.isThere()) {
      return List.of(
          Row.missing(
              "plain route", "", "nginx or wrk is not installed (apt-get install nginx wrk)"));
    }
    try (Server origin = contestants.origin();
        Server nginx = contestants.nginxBefore(origin.port());
        Server plain = contestants.plain(origin.port());
        Server ours =
            contestants.ours(
                "tokenlane", Contestants.routeTo(origin.port(), Contestants.logFile()))) {
      List<Server> all = List.of(origin, nginx, plain, ours);
      List<Row> rows = new ArrayList<>();
      for (Server server : List.of(plain, ours)) {
        Warming.Warmed warmed =
            Warming.up(at -> Wrk.run(server.port(), "/things", at), quick ? 15 : 60);
        rows.add(cold("plain route, " + server.name(), warmed));
      }
      Rounds rate = new Rounds();
      Rounds p50 = new Rounds();
      Rounds p99 = new Rounds();
      for (int i = 0; i < rounds; i++) {
        for (Server server : all) {
          SteadyLoad.Result result = SteadyLoad.run(server.port(), GET, PER_SECOND, seconds);
          p50.add(server.name(), result.millis().percentile(50));
          p99.add(server.name(), result.millis().percentile(99));
          rate.add(server.name(), Wrk.run(server.port(), "/things", seconds));
        }
      }
      rows.add(added("plain route, added latency p50", p50, nginx, plain, 0.5));
      rows.add(added("plain route, added latency p99", p99, nginx, plain, 2));
      rows.add(
          Row.of("plain route, throughput", rate.median("tokenlane"), "1/s", Better.HIGHER)
              .withPeer(plain.name(), rate.median(plain.name())));
      rows.add(
          Row.of(
                  "the same, to plain Spring",
                  rate.ratio("tokenlane", plain.name()),
                  "x",
                  Better.HIGHER)
              .withGoal(1.5));
      rows.add(
          Row.of("the same, to nginx", rate.ratio("tokenlane", nginx.name()), "x", Better.HIGHER)
              .withGoal(0.5)
              .withPeer("nginx, 1/s", rate.median(nginx.name())));
      rows.add(
          Row.of("allocated for a plain request", allocated(ours, GET), "KB", Better.LOWER)
              .withPeer(plain.name(), allocated(plain, GET)));
      rows.add(
          Row.of("resident memory after that load", ours.residentMib(), "MiB", Better.LOWER)
              .withGoal(256)
              .withPeer(plain.name(), plain.residentMib()));
      return rows;
    }
  }

  /** What is measured afterwards is warm; this is what the first seconds were like. */
  private static Row cold(String id, Warming.Warmed warmed) {
    return Row.of(
            id + ", the first 3 s after its start (warmed for %.0f s)".formatted(warmed.seconds()),
            warmed.first(),
            "1/s",
            Better.HIGHER)
        .withPeer("the last 3 s of warming", warmed.last());
  }

  private static Row added(String id, Rounds times, Server nginx, Server plain, double goal) {
    return Row.of(id, times.added("tokenlane", "direct"), "ms", Better.LOWER)
        .withGoal(goal)
        .withPeer(
            "nginx; plain Spring %.2f".formatted(times.added(plain.name(), "direct")),
            times.added(nginx.name(), "direct"));
  }

  private List<Row> calls() throws Exception {
    try (EventOrigin node = new EventOrigin();
        Server ours =
            contestants.ours(
                "tokenlane", Contestants.nodes(List.of(node.port()), Contestants.logFile()))) {
      List<Row> rows = new ArrayList<>();
      if (Wrk.isThere()) {
        Warming.Warmed warmed =
            Warming.up(at -> Wrk.warm(ours.port(), CHATS, QUESTION, at), quick ? 24 : 60);
        rows.add(cold("model call", warmed));
      }
      for (int port : List.of(node.port(), ours.port())) {
        SteadyLoad.run(port, CHAT, PER_SECOND, quick ? 2 : 5);
      }
      Rounds p50 = new Rounds();
      Rounds p99 = new Rounds();
      int failed = 0;
      for (int i = 0; i < rounds; i++) {
        for (int port : List.of(node.port(), ours.port())) {
          String name = port == node.port() ? "direct" : "tokenlane";
          SteadyLoad.Result result = SteadyLoad.run(port, CHAT, PER_SECOND, seconds);
          p50.add(name, result.millis().percentile(50));
          p99.add(name, result.millis().percentile(99));
          failed += result.failed();
        }
      }
      rows.add(
          Row.of(
                  "model call, added latency p50",
                  p50.added("tokenlane", "direct"),
                  "ms",
                  Better.LOWER)
              .withGoal(0.5));
      rows.add(
          Row.of(
                  "model call, added latency p99",
                  p99.added("tokenlane", "direct"),
                  "ms",
                  Better.LOWER)
              .withGoal(2));
      rows.add(Row.of("allocated for a model call", allocated(ours, CHAT), "KB", Better.LOWER));
      rows.add(Row.of("model calls that failed", failed, "", Better.LOWER).withGoal(0));
      rows.addAll(streams(node, ours));
      rows.add(
          Row.of("resident memory after the streams", ours.residentMib(), "MiB", Better.LOWER)
              .withGoal(256));
      return rows;
    }
  }

  /** KB a request, what the process does beside them included. */
  private double allocated(Server server, byte[] request) throws Exception {
    double before = server.allocatedBytes();
    SteadyLoad.run(server.port(), request, PER_SECOND, seconds);
    return (server.allocatedBytes() - before) / (PER_SECOND * seconds) / 1024;
  }

  private List<Row> manyStreams() throws Exception {
    // More than 7,500 have no room in the launcher's 256 MB.
    String heap = quick ? "-Xmx256m" : "-Xmx512m";
    int tokens = quick ? 8 : 25;
    int streams = quick ? 2_000 : ManyStreams.possible(10_000);
    try (Server node = Contestants.node(Server.freePort(), EventOrigin.Mode.WELL)) {
      // One after the other: both take the memory of as many connections.
      ManyStreams.Held bare;
      try (Server proxy = Contestants.bareProxy(node.port(), heap)) {
        StreamLoad.run(proxy.port(), StreamLoad.call(40, 0), 8, 20);
        bare = ManyStreams.hold(proxy, streams, tokens);
      }
      return ours(node, heap, streams, tokens, bare);
    }
  }

  private List<Row> ours(Server node, String heap, int streams, int tokens, ManyStreams.Held bare)
      throws Exception {
    try (Server ours =
        contestants.ours(
            "tokenlane", Contestants.nodes(List.of(node.port()), Contestants.logFile()), heap)) {
      StreamLoad.run(ours.port(), StreamLoad.call(40, 0), 8, 20);
      return ManyStreams.rows(ManyStreams.hold(ours, streams, tokens), bare, streams);
    }
  }

  private List<Row> streams(EventOrigin node, Server ours) throws Exception {
    byte[] fast = StreamLoad.call(200_000, 0);
    byte[] paced = StreamLoad.call(quick ? 50 : 100, 20);
    StreamLoad.run(ours.port(), fast, 8, quick ? 2 : 5);
    StreamLoad.run(ours.port(), StreamLoad.call(40, 0), 8, quick ? 200 : 1_000);
    Samples perCore = new Samples();
    Rounds first = new Rounds();
    Rounds passed = new Rounds();
    long merged = 0;
    int failed = 0;
    for (int i = 0; i < rounds; i++) {
      double before = ours.cpuSeconds();
      StreamLoad.Seen seen = StreamLoad.run(ours.port(), fast, 8, 1);
      perCore.add(seen.events() / (ours.cpuSeconds() - before));
      failed += seen.failed();
      for (int port : List.of(node.port(), ours.port())) {
        String name = port == node.port() ? "direct" : "tokenlane";
        // One after the other: of streams begun in one instant the last waits for all of them.
        StreamLoad.Seen slow = StreamLoad.run(port, paced, 32, 1, 1);
        first.add(name, slow.firstMillis().percentile(99));
        passed.add(name, slow.passMillis().percentile(99));
        merged += port == node.port() ? 0 : slow.merged();
        failed += slow.failed();
      }
    }
    return List.of(
        Row.of("streamed tokens a second and core", perCore.median(), "1/s", Better.HIGHER)
            .withGoal(1e6),
        Row.of("added first-token time p99", first.added("tokenlane", "direct"), "ms", Better.LOWER)
            .withGoal(1),
        Row.of(
            "added time of later tokens p99",
            passed.added("tokenlane", "direct"),
            "ms",
            Better.LOWER),
        Row.of("merged events", (double) merged, "", Better.LOWER).withGoal(0),
        Row.of("streams that failed", failed, "", Better.LOWER).withGoal(0));
  }

  /** Figures by name, one a round. */
  private static final class Rounds {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(String name, double value) {
      values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    private List<Double> of(String name) {
      return values.getOrDefault(name, List.of());
    }

    double median(String name) {
      Samples samples = new Samples();
      of(name).forEach(samples::add);
      return samples.median();
    }

    double added(String name, String base) {
      Samples samples = new Samples();
      for (int i = 0; i < of(name).size(); i++) {
        samples.add(of(name).get(i) - of(base).get(i));
      }
      return samples.median();
    }

    double ratio(String name, String base) {
      Samples samples = new Samples();
      for (int i = 0; i < of(name).size(); i++) {
        samples.add(of(name).get(i) / of(base).get(i));
      }
      return samples.median();
    }
  }
}
