package io.tokenlane.bench.limits;

import io.tokenlane.bench.limits.Cgroup.Limits;
import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures one gateway without limits and one within those of k8s/base, one after the other. */
public final class LimitRows {
  /** Limits and requests of k8s/base/gateway.yaml. */
  private static final Limits LIMITS = new Limits(500, 512);

  private static final int REQUESTED_MILLICORES = 250;
  private static final int OF_NEIGHBOURS = 1000;
  private static final double RATE = 50;
  private static final int CLIENTS = 16;

  private final Path root;

  /**
   * @param root the project
   */
  public LimitRows(Path root) {
    this.root = root;
  }

  private record Round(ChatLoad.Measured most, ChatLoad.Measured steady, double throttledShare) {}

  private record Side(double start, Map<Neighbour, Round> rounds, Cgroup.Account end) {}

  /** Rows of both gateways; of one row that says why where groups cannot be made. */
  public List<Row> measure(boolean quick) throws Exception {
    Side limited = side("limited", LIMITS, quick);
    if (limited == null) {
      return List.of(Row.missing("limits", "", "control groups need root on Linux"));
    }
    Side free = side("free", Limits.NONE, quick);
    if (free == null) {
      throw new IOException("no control group for the second gateway");
    }
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.of("from the launcher to the first answer", limited.start(), "s", Row.Better.LOWER)
            .withPeer("without limits", free.start()));
    for (Neighbour neighbour : Neighbour.values()) {
      rows.addAll(rows(neighbour, limited.rounds().get(neighbour), free.rounds().get(neighbour)));
    }
    rows.add(
        Row.of("peak memory of the group", limited.end().peakMebibytes(), "MiB", Row.Better.LOWER)
            .withGoal(LIMITS.mebibytes())
            .withPeer("without limits", free.end().peakMebibytes()));
    rows.add(
        Row.of("killed for want of memory", (double) limited.end().kills(), "", Row.Better.LOWER)
            .withGoal(0)
            .withPeer("without limits", (double) free.end().kills()));
    return rows;
  }

  private static List<Row> rows(
      Neighbour neighbour, @Nullable Round limited, @Nullable Round free) {
    String title = neighbour.title();
    if (limited == null || free == null) {
      return List.of(Row.missing(title, "", "stress-ng is not installed"));
    }
    return List.of(
        Row.of(title + ": most", limited.most().perSecond(), "requests/s", Row.Better.HIGHER)
            .withPeer("without limits", free.most().perSecond()),
        Row.of(
                title + ": p99 at 50 requests/s",
                limited.steady().latencies().percentile(99),
                "ms",
                Row.Better.LOWER)
            .withPeer("without limits", free.steady().latencies().percentile(99)),
        Row.of(
            title + ": periods throttled at 50 requests/s",
            100 * limited.throttledShare(),
            "%",
            Row.Better.LOWER),
        Row.of(
                title + ": without a good answer",
                limited.most().errors() + limited.steady().errors(),
                "",
                Row.Better.LOWER)
            .withGoal(0)
            .withPeer("without limits", free.most().errors() + free.steady().errors()));
  }

  private @Nullable Side side(String name, Limits limits, boolean quick) throws Exception {
    String own = "tokenlane-" + name + "-" + ProcessHandle.current().pid();
    Cgroup group = Cgroup.create(own).orElse(null);
    Cgroup others = group == null ? null : Cgroup.create(own + "-others").orElse(null);
    if (group == null || others == null) {
      return null;
    }
    int port = freePort();
    try (group;
        others;
        QuickNode node = new QuickNode();
        ChatLoad load = new ChatLoad(port)) {
      group.limit(limits, REQUESTED_MILLICORES);
      others.limit(Limits.NONE, OF_NEIGHBOURS);
      long begin = System.nanoTime();
      Process gateway = start(group, port, node.port());
      awaitReady(gateway, port + 1);
      double seconds = (System.nanoTime() - begin) / 1e9;
      var _ = load.closedLoop(CLIENTS, quick ? 4 : 15);
      Map<Neighbour, Round> rounds = new EnumMap<>(Neighbour.class);
      for (Neighbour neighbour : Neighbour.values()) {
        if (neighbour.available()) {
          rounds.put(neighbour, round(neighbour, new Machine(group, others, load), quick));
        }
      }
      Side side = new Side(seconds, rounds, group.account());
      gateway.destroy();
      var _ = gateway.waitFor(20, TimeUnit.SECONDS);
      return side;
    }
  }

  private record Machine(Cgroup group, Cgroup others, ChatLoad load) {}

  private static Round round(Neighbour neighbour, Machine on, boolean quick) throws Exception {
    Process noise = neighbour.start(on.others());
    try {
      double seconds = quick ? 2 : 8;
      var _ = on.load().closedLoop(CLIENTS, 1);
      ChatLoad.Measured most = on.load().closedLoop(CLIENTS, seconds);
      var _ = on.load().openLoop(RATE, 1);
      Cgroup.Account before = on.group().account();
      ChatLoad.Measured steady = on.load().openLoop(RATE, quick ? 4 : 12);
      Cgroup.Account after = on.group().account();
      long periods = Math.max(1, after.periods() - before.periods());
      return new Round(most, steady, (double) (after.throttled() - before.throttled()) / periods);
    } finally {
      Neighbour.stop(noise);
    }
  }

  private Process start(Cgroup group, int port, int nodePort) throws IOException {
    Path config = Files.createTempFile("tokenlane-limits", ".yaml");
    Files.writeString(
        config,
        """
        tokenlane.nodes: [{id: quick, uri: "http://127.0.0.1:%d"}]
        tokenlane.log.sample: 0
        management.server.port: %d
        """
            .formatted(nodePort, port + 1));
    return new ProcessBuilder(
            group.within(
                List.of(
                    root.resolve("tokenlane").toString(),
                    "gateway",
                    "--port",
                    Integer.toString(port),
                    "--config",
                    config.toString())))
        .redirectErrorStream(true)
        .redirectOutput(config.resolveSibling(config.getFileName() + ".log").toFile())
        .start();
  }

  private static void awaitReady(Process gateway, int port)
      throws IOException, InterruptedException {
    for (int i = 0; i < 1_200; i++) {
      if (ready(port)) {
        return;
      }
      if (gateway.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IOException("the gateway ended with exit code " + gateway.exitValue());
      }
    }
    throw new IOException("the gateway is not ready after 120 s");
  }

  private static boolean ready(int port) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(500);
      connection.setReadTimeout(2_000);
      try (InputStream in = connection.getInputStream()) {
        return in.read() >= 0 && connection.getResponseCode() == 200;
      }
    } catch (IOException notYet) {
      return false;
    }
  }

  /** A port whose follower is free too. */
  private static int freePort() throws IOException {
    for (int i = 0; i < 100; i++) {
      try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket next =
              new ServerSocket(one.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return next.getLocalPort() - 1;
      } catch (IOException taken) {
        // Its follower is taken: another one.
      }
    }
    throw new IOException("no two free ports side by side");
  }
}
