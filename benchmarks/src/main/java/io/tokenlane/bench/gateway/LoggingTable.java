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

  /** A gateway and what was measured of it. */
  private record Contender(Kind kind, Server server, Samples rates, Samples times) {
    Contender(Kind kind, Server server) {
      this(kind, server, new Samples(), new Samples());
    }

    void measure(double seconds) throws Exception {
      rates.add(Wrk.run(server.port(), "/things", seconds));
      times.add(SteadyLoad.run(server.port(), GET, 500, seconds).millis().percentile(99));
    }
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
      List<Contender> all =
          List.of(
              new Contender(Kind.OFF, off),
              new Contender(Kind.DISK, disk),
              new Contender(Kind.STALLED, stalled));
      for (Contender one : all) {
        Wrk.run(one.server().port(), "/things", quick ? 5 : 15);
      }
      for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < all.size(); k++) {
          // Whoever goes first meets a machine that has rested: each takes its turn.
          all.get((i + k) % all.size()).measure(seconds);
        }
      }
      List<Row> rows = new ArrayList<>();
      compare("on a disk", all.get(1), all.get(0), rows);
      compare("on a FIFO nobody reads", all.get(2), all.get(0), rows);
      return rows;
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

  private static void compare(String where, Contender on, Contender off, List<Row> rows) {
    double rate = on.rates().median();
    double time = on.times().median();
    rows.add(
        Row.of("requests a second, log " + where, rate, "1/s", Better.HIGHER)
            .withPeer("off", off.rates().median()));
    rows.add(
        Row.of(
                "the same, log " + where + ", to off",
                rate / off.rates().median(),
                "x",
                Better.HIGHER)
            .withGoal(GOAL));
    rows.add(
        Row.of("p99 at 500 a second, log " + where, time, "ms", Better.LOWER)
            .withPeer("off", off.times().median()));
    rows.add(
        Row.of("off to log " + where + ", p99", off.times().median() / time, "x", Better.HIGHER)
            .withGoal(GOAL));
  }
}
