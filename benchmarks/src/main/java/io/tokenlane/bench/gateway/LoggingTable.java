package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Whether the access log slows requests: the same gateway with its log on a disk, on a FIFO that
 * nobody reads, and with nothing logged; all up at once, measured in turn.
 */
public final class LoggingTable {
  private static final byte[] GET = RawConnection.request("GET", "/things", "");
  private static final double GOAL = 0.97;

  private final Contestants contestants;
  private final boolean quick;
  private final int rounds;
  private final double seconds;

  /** For the project under {@code root}. */
  public LoggingTable(Path root, boolean quick) {
    this.contestants = new Contestants(root);
    this.quick = quick;
    this.rounds = quick ? 3 : 7;
    this.seconds = quick ? 2 : 4;
  }

  private enum Kind {
    OFF,
    DISK,
    STALLED
  }

  /** Runs it. */
  public List<Row> rows() throws Exception {
    if (!Contestants.nginxIsThere() || !Wrk.isThere()) {
      return List.of(
          Row.missing("logging", "x", "nginx or wrk is not installed (apt-get install nginx wrk)"));
    }
    try (Server origin = contestants.origin();
        Server off = start(Kind.OFF, origin);
        Server disk = start(Kind.DISK, origin);
        Server stalled = start(Kind.STALLED, origin)) {
      Map<Kind, Server> servers = new EnumMap<>(Kind.class);
      servers.put(Kind.OFF, off);
      servers.put(Kind.DISK, disk);
      servers.put(Kind.STALLED, stalled);
      for (Server server : servers.values()) {
        Wrk.run(server.port(), "/things", quick ? 5 : 15);
      }
      return measured(servers);
    }
  }

  private Server start(Kind kind, Server origin) throws Exception {
    Path log = kind == Kind.STALLED ? fifo() : Contestants.logFile();
    String yaml = Contestants.routeTo(origin.port(), log);
    String sampled = kind == Kind.OFF ? yaml.replace("{log: {", "{log: {sample: 0, ") : yaml;
    return contestants.ours(kind.name(), sampled);
  }

  /** Opening it to write already blocks: there is no reader. */
  private static Path fifo() throws Exception {
    Path fifo = Files.createTempDirectory("tokenlane-bench").resolve("access.fifo");
    if (new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() != 0) {
      throw new IOException("mkfifo failed");
    }
    return fifo;
  }

  private List<Row> measured(Map<Kind, Server> servers) throws Exception {
    Map<Kind, Samples> rates = new EnumMap<>(Kind.class);
    Map<Kind, Samples> times = new EnumMap<>(Kind.class);
    Kind[] order = Kind.values();
    for (int i = 0; i < rounds; i++) {
      for (int k = 0; k < order.length; k++) {
        // Whoever goes first meets a machine that has rested: each takes its turn.
        Kind kind = order[(i + k) % order.length];
        Server server = servers.get(kind);
        rates
            .computeIfAbsent(kind, n -> new Samples())
            .add(Wrk.run(server.port(), "/things", seconds));
        times
            .computeIfAbsent(kind, n -> new Samples())
            .add(SteadyLoad.run(server.port(), GET, 500, seconds).millis().percentile(99));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Kind kind : List.of(Kind.DISK, Kind.STALLED)) {
      String where = kind == Kind.DISK ? "on a disk" : "on a FIFO nobody reads";
      double rate = rates.get(kind).median();
      double time = times.get(kind).median();
      double rateOff = rates.get(Kind.OFF).median();
      double timeOff = times.get(Kind.OFF).median();
      rows.add(
          Row.of("requests a second, log " + where, rate, "1/s", Better.HIGHER)
              .withPeer("off", rateOff));
      rows.add(Row.of("the same, ratio", rate / rateOff, "x", Better.HIGHER).withGoal(GOAL));
      rows.add(
          Row.of("p99 at 500 a second, log " + where, time, "ms", Better.LOWER)
              .withPeer("off", timeOff));
      rows.add(Row.of("the same, off to on", timeOff / time, "x", Better.HIGHER).withGoal(GOAL));
    }
    return rows;
  }
}
