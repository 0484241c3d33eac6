package io.tokenlane.bench.gateway;

import io.tokenlane.bench.gateway.EventOrigin.Mode;
import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/**
 * Faults while streamed calls come in, with real processes: what clients saw, what was lost, and
 * how long it took until all was normal. Writes its table to {@code docs/chaos.md}.
 */
public final class ChaosTable {
  private static final double CALM = 2;
  private static final double PER_SECOND = 30;
  private static final int TOKENS = 40;
  private static final int PAUSE_MILLIS = 20;
  private static final int DRIPPING = 200;
  private static final byte[] CALL = StreamLoad.call(TOKENS, PAUSE_MILLIS);

  private final Path root;
  private final Contestants contestants;
  private final boolean quick;
  private final double trouble;
  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder table = new StringBuilder();
  private final int[] ports;
  private final Server[] nodes;

  /** For the project under {@code root}. */
  public ChaosTable(Path root, boolean quick) throws Exception {
    this.root = root;
    this.contestants = new Contestants(root);
    this.quick = quick;
    this.trouble = quick ? 3 : 8;
    this.ports = new int[] {Server.freePort(), Server.freePort()};
    this.nodes =
        new Server[] {Contestants.node(ports[0], Mode.WELL), Contestants.node(ports[1], Mode.WELL)};
  }

  /** Something that may go wrong. */
  private interface Fault {
    void happen() throws Exception;
  }

  /** Runs all faults, one after the other, on the same gateway where that is possible. */
  public List<Row> rows() throws Exception {
    Path config = Files.createTempDirectory("tokenlane-bench-chaos").resolve("gateway.yaml");
    Files.writeString(config, yaml(Contestants.logFile(), "reload: 500ms"));
    try {
      try (Server gateway = contestants.ours("gateway", config, List.of())) {
        StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 20);
        ofNodes(gateway);
        silentNetwork(gateway);
        ofFiles(gateway, config);
        ofClients(gateway);
      }
      redis();
      clock();
      logFull();
    } finally {
      nodes[0].close();
      nodes[1].close();
    }
    write();
    return rows;
  }

  private String yaml(Path log, String more) {
    return Contestants.nodes(List.of(ports[0], ports[1]), log) + "  " + more + "\n";
  }

  private void ofNodes(Server gateway) throws Exception {
    run("nothing (for comparison)", gateway, () -> {}, () -> {});
    run(
        "`kill -9` of one of two nodes, streams on it",
        gateway,
        () -> nodes[1].signal("KILL"),
        () -> nodes[1] = Contestants.node(ports[1], Mode.WELL));
    nodes[1].signal("KILL");
    LockSupport.parkNanos(1_000_000_000L);
    run(
        "`kill -9` of a node while nobody calls, calls a second later",
        gateway,
        () -> {},
        () -> nodes[1] = Contestants.node(ports[1], Mode.WELL));
    run(
        "a node freezes (`SIGSTOP`), then goes on",
        gateway,
        () -> nodes[1].signal("STOP"),
        () -> nodes[1].signal("CONT"));
    back(gateway, Mode.FAILING, "answering 500 to everything");
    back(gateway, Mode.MUTE, "taking calls without answering");
    back(gateway, Mode.DRIPPING, "answering a byte in ten seconds");
  }

  private void back(Server gateway, Mode mode, String how) throws Exception {
    run(
        "a node dies and comes back " + how,
        gateway,
        () -> replace(mode),
        () -> replace(Mode.WELL));
  }

  private void replace(Mode mode) throws Exception {
    nodes[1].signal("KILL");
    nodes[1].process().waitFor();
    nodes[1] = Contestants.node(ports[1], mode);
  }

  /**
   * Connections that are open at one end only: nothing comes or goes any more, and nobody says so.
   */
  private void silentNetwork(Server gateway) throws Exception {
    String name = "half-open connections: a node's packets are dropped both ways";
    Optional<Path> iptables = Tool.find("iptables");
    if (iptables.isEmpty()) {
      missing(name, "iptables is not installed (apt-get install iptables), or no root");
      return;
    }
    String tool = iptables.get().toString();
    String port = Integer.toString(ports[1]);
    try {
      Tool.run(tool, "-n", "-L", "OUTPUT");
    } catch (IOException notAllowed) {
      missing(name, "iptables needs root");
      return;
    }
    String[] to = {tool, "-I", "OUTPUT", "-p", "tcp", "--dport", port, "-j", "DROP"};
    String[] from = {tool, "-I", "OUTPUT", "-p", "tcp", "--sport", port, "-j", "DROP"};
    run(
        name,
        gateway,
        () -> {
          Tool.run(to);
          Tool.run(from);
        },
        () -> {
          to[1] = "-D";
          from[1] = "-D";
          Tool.run(to);
          Tool.run(from);
        });
  }

  private void ofFiles(Server gateway, Path config) throws Exception {
    String good = Files.readString(config);
    run(
        "the configuration file becomes nonsense, then good again",
        gateway,
        () -> Files.writeString(config, "tokenlane: {nodes: ["),
        () -> Files.writeString(config, good));
    run(
        "the configuration file changes four times a second",
        gateway,
        () -> {
          for (int i = 0; i < 4 * trouble; i++) {
            Files.writeString(config, good + "  stream: {heartbeat: " + (5 + i) + "s}\n");
            LockSupport.parkNanos(250_000_000L);
          }
        },
        () -> Files.writeString(config, good));
  }

  private void ofClients(Server gateway) throws Exception {
    run(
        DRIPPING + " clients send their bodies byte by byte",
        gateway,
        () -> drip(gateway.port()),
        () -> {});
    CallLoad load = new CallLoad(gateway.port(), CALL);
    double seconds = quick ? 10 : 60;
    load.run(10 * PER_SECOND, 0, seconds, () -> {});
    tell("10 × the calls for %.0f s".formatted(seconds), load);
  }

  private void drip(int port) throws IOException {
    byte[] head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < DRIPPING; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(socket);
      socket.getOutputStream().write(head);
    }
    for (int second = 0; second < trouble; second++) {
      for (Socket socket : sockets) {
        OutputStream out = socket.getOutputStream();
        out.write(' ');
      }
      LockSupport.parkNanos(1_000_000_000L);
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void redis() throws Exception {
    String name = "Redis (limits and answers) is killed and comes back";
    if (Tool.find("redis-server").isEmpty()) {
      missing(name, "redis-server is not installed (apt-get install redis-server)");
      return;
    }
    int port = Server.freePort();
    String uri = "redis://127.0.0.1:" + port;
    String more =
        "limits: {redis: {uri: \"%s\"}, rules: [{requests_per_minute: 100000}]}\n  cache: {redis: {uri: \"%s\"}}"
            .formatted(uri, uri);
    Server[] redis = {redis(port)};
    Path config = Files.createTempDirectory("tokenlane-bench-chaos").resolve("gateway.yaml");
    Files.writeString(config, yaml(Contestants.logFile(), more));
    try (Server gateway = contestants.ours("gateway", config, List.of())) {
      StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 5);
      run(name, gateway, () -> redis[0].signal("KILL"), () -> redis[0] = redis(port));
    } finally {
      redis[0].close();
    }
  }

  private static Server redis(int port) throws Exception {
    String server = Tool.find("redis-server").orElseThrow().toString();
    return Server.start(
        "redis", port, List.of(server, "--port", Integer.toString(port), "--save", ""));
  }

  /** The wall clock as the gateway's process reads it; the monotonic one goes on. */
  private void clock() throws Exception {
    String name = "the clock jumps a day ahead, then back";
    Path library = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    if (!Files.isReadable(library)) {
      missing(name, "libfaketime is not installed (apt-get install faketime)");
      return;
    }
    Path folder = Files.createTempDirectory("tokenlane-bench-chaos");
    Path offset = Files.writeString(folder.resolve("offset"), "+0");
    Path config = folder.resolve("gateway.yaml");
    Files.writeString(
        config, yaml(Contestants.logFile(), "limits: {rules: [{requests_per_minute: 100000}]}"));
    List<String> before =
        List.of(
            "env",
            "LD_PRELOAD=" + library,
            "FAKETIME_TIMESTAMP_FILE=" + offset,
            "FAKETIME_CACHE_DURATION=1",
            // Or waits of a JVM that have a time are over at once, and it spins.
            "FAKETIME_FORCE_MONOTONIC_FIX=0",
            "FAKETIME_DONT_FAKE_MONOTONIC=1");
    try (Server gateway = contestants.ours("gateway", config, before)) {
      StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 5);
      run(
          name,
          gateway,
          () -> Files.writeString(offset, "+1d"),
          () -> Files.writeString(offset, "-1d"));
    }
  }

  private void logFull() throws Exception {
    Path config = Files.createTempDirectory("tokenlane-bench-chaos").resolve("gateway.yaml");
    Files.writeString(config, yaml(Path.of("/dev/full"), "reload: 0s"));
    try (Server gateway = contestants.ours("gateway", config, List.of())) {
      StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 5);
      run("the disk of the log is full", gateway, () -> {}, () -> {});
    }
  }

  private void run(String name, Server gateway, Fault fault, Fault healing) throws Exception {
    CallLoad load = new CallLoad(gateway.port(), CALL);
    FutureTask<Boolean> made =
        new FutureTask<>(
            () -> {
              try {
                fault.happen();
                LockSupport.parkNanos((long) (trouble * 1e9));
              } finally {
                healing.happen();
              }
              return true;
            });
    load.run(PER_SECOND, CALM, CALM + 2 * trouble, made);
    // A fault that could not be made has lost nothing.
    made.get();
    tell(name, load);
  }

  private void missing(String name, String why) {
    rows.add(Row.missing(name, "calls", why));
    table.append("| %s | not made: %s | | | | | | | |%n".formatted(name, why));
  }

  private void tell(String name, CallLoad load) {
    int lost = load.count(CallLoad.End.LOST);
    rows.add(Row.of(name + ": lost before a first byte", lost, "calls", Better.LOWER).withGoal(0));
    rows.add(
        Row.of(name + ": cut in silence", load.count(CallLoad.End.SILENT), "calls", Better.LOWER)
            .withGoal(0));
    rows.add(Row.of(name + ": seconds to normal", load.secondsToNormal(), "s", Better.LOWER));
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %d | %d | %d | %d | %d | %.0f / %.0f | %.1f |%n",
            name,
            load.all(),
            load.count(CallLoad.End.GOOD),
            lost,
            load.count(CallLoad.End.REFUSED),
            load.count(CallLoad.End.TOLD),
            load.count(CallLoad.End.SILENT),
            load.firstMillis(50),
            load.firstMillis(99),
            load.secondsToNormal()));
  }

  private void write() throws IOException {
    String text =
        """
        # What clients see when something goes wrong

        Made by `./tokenlane bench chaos%s`: one gateway, two nodes, all processes of their own; %.0f streamed calls a second, each of
        %d tokens, %d ms apart. The fault begins after %.0f s and lasts %.0f s. *Lost*: an error other than 429 or 503, or none, before the first event.
        *Refused*: 429 or 503. *Told*: begun, then ended with an error event and `[DONE]`. *Silent*: begun, then cut without a word.
        *To normal*: from the fault until the last call was sent that did not end well. Everything runs on one machine (%d processors), load and
        nodes too: times are upper bounds.

        | fault | calls | good | lost | refused | told | silent | first token p50 / p99, ms | to normal, s |
        |---|---|---|---|---|---|---|---|---|
        %s"""
            .formatted(
                quick ? " --quick" : "",
                PER_SECOND,
                TOKENS,
                PAUSE_MILLIS,
                CALM,
                trouble,
                Runtime.getRuntime().availableProcessors(),
                table);
    Files.writeString(root.resolve("docs/chaos.md"), text);
  }
}
