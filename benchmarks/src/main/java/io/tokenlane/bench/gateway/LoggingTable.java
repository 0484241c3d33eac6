package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the access log slows requests, on a disk and on a FIFO that nobody reads. One process is
 * compared with itself: its log is switched off and on while it runs ({@code
 * tokenlane.log.sample}), in many short turns, and each turn with it on is held against the mean of
 * the two with it off before and behind; two processes differ by more than a log costs. The same is
 * reckoned of turns that were off between turns that were off: what it differs from 1 by is noise.
 */
public final class LoggingTable {
  private static final byte[] GET = RawConnection.request("GET", "/things", "");
  private static final double GOAL = 0.97;
  private static final double PER_SECOND = 500;

  private final Contestants contestants;
  private final int turns;
  private final double seconds;
  private final int warming;

  /** For the project under {@code root}. */
  public LoggingTable(Path root, boolean quick) {
    this.contestants = new Contestants(root);
    this.turns = quick ? 20 : 40;
    this.seconds = quick ? 1 : 2;
    this.warming = quick ? 12 : 40;
  }

  /** What was seen in one turn. */
  private record Turn(double rate, double p99) {
    static Turn mean(Turn one, Turn other) {
      return new Turn((one.rate + other.rate) / 2, (one.p99 + other.p99) / 2);
    }
  }

  /** Runs it. */
  public List<Row> rows() throws Exception {
    if (!Contestants.nginxIsThere() || !Wrk.isThere()) {
      return List.of(
          Row.missing("logging", "x", "nginx or wrk is not installed (apt-get install nginx wrk)"));
    }
    try (Server origin = contestants.origin()) {
      List<Row> rows = new ArrayList<>(compared("on a disk", origin, Contestants.logFile()));
      rows.addAll(compared("on a FIFO nobody reads", origin, fifo()));
      return rows;
    }
  }

  /** Opening it to write already blocks: there is no reader. */
  private static Path fifo() throws Exception {
    Path fifo = Files.createTempDirectory("tokenlane-bench").resolve("access.fifo");
    if (new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() != 0) {
      throw new IOException("mkfifo failed");
    }
    return fifo;
  }

  private List<Row> compared(String where, Server origin, Path log) throws Exception {
    int management = Server.freePort();
    String yaml =
        Contestants.routeTo(origin.port(), log)
            .replace("management.server.port: 0", "management.server.port: " + management);
    Path config = Files.createTempDirectory("tokenlane-bench-logging").resolve("gateway.yaml");
    Files.writeString(config, yaml);
    try (Server gateway = contestants.ours("logging", config, List.of())) {
      Switch logged = new Switch(config, yaml, Actuator.open(management));
      for (int i = 0; i < 4; i++) {
        logged.to(i % 2 == 0);
        Wrk.run(gateway.port(), "/things", warming / 4.0);
      }
      List<Turn> off = new ArrayList<>();
      List<Turn> on = new ArrayList<>();
      logged.to(false);
      off.add(turn(gateway));
      for (int i = 0; i < turns; i++) {
        logged.to(true);
        on.add(turn(gateway));
        logged.to(false);
        off.add(turn(gateway));
      }
      return rows(where, on, off, logged.dropped());
    }
  }

  private Turn turn(Server gateway) throws Exception {
    double rate = Wrk.run(gateway.port(), "/things", seconds);
    SteadyLoad.Result steady = SteadyLoad.run(gateway.port(), GET, PER_SECOND, seconds);
    return new Turn(rate, steady.millis().percentile(99));
  }

  private static List<Row> rows(String where, List<Turn> on, List<Turn> off, double dropped) {
    Samples rates = new Samples();
    Samples times = new Samples();
    Samples alike = new Samples();
    Samples alikeTimes = new Samples();
    for (int i = 0; i < on.size(); i++) {
      Turn beside = Turn.mean(off.get(i), off.get(i + 1));
      rates.add(on.get(i).rate() / beside.rate());
      times.add(beside.p99() / on.get(i).p99());
      if (i > 0) {
        Turn around = Turn.mean(off.get(i - 1), off.get(i + 1));
        alike.add(off.get(i).rate() / around.rate());
        alikeTimes.add(around.p99() / off.get(i).p99());
      }
    }
    return List.of(
        Row.of("requests a second, log " + where, median(on, true), "1/s", Better.HIGHER)
            .withPeer("off", median(off, true)),
        Row.of("the same, log " + where + ", to off", rates.median(), "x", Better.HIGHER)
            .withGoal(GOAL)
            .withPeer("off to off", alike.median()),
        Row.of("the same, a quarter of the turns below", rates.percentile(25), "x", Better.HIGHER)
            .withPeer("off to off, a quarter below", alike.percentile(25)),
        Row.of("the same, a quarter of the turns above", rates.percentile(75), "x", Better.HIGHER)
            .withPeer("off to off, a quarter above", alike.percentile(75)),
        Row.of("p99 at 500 a second, log " + where, median(on, false), "ms", Better.LOWER)
            .withPeer("off", median(off, false)),
        Row.of("off to log " + where + ", p99", times.median(), "x", Better.HIGHER)
            .withGoal(GOAL)
            .withPeer("off to off", alikeTimes.median()),
        Row.of(
                "the same p99, a quarter of the turns below",
                times.percentile(25),
                "x",
                Better.HIGHER)
            .withPeer("a quarter above", times.percentile(75)),
        Row.of("lines dropped, log " + where, dropped, "", Better.LOWER));
  }

  private static double median(List<Turn> turns, boolean rate) {
    Samples samples = new Samples();
    turns.forEach(turn -> samples.add(rate ? turn.rate() : turn.p99()));
    return samples.median();
  }

  /** The log of a gateway that runs. */
  private record Switch(Path config, String yaml, Actuator actuator) {
    void to(boolean on) throws IOException {
      Files.writeString(config, on ? yaml : yaml.replace("{log: {", "{log: {sample: 0, "));
      actuator.reload();
    }

    double dropped() throws IOException {
      return actuator.sum(
          line -> line.startsWith("tokenlane_log_lines_total") && line.contains("\"dropped_"));
    }
  }
}
