package io.tokenlane.bench.gateway;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Faults while streamed calls come in, with real processes: what clients saw, what was lost, and
 * how long it took until all was normal. Writes its table to {@code docs/chaos.md}.
 */
public final class ChaosTable {
  private static final double CALM = 3;
  private static final double PER_SECOND = 30;
  private static final int TOKENS = 40;
  private static final int PAUSE_MILLIS = 20;
  private static final int DRIPPING = 200;

  private final Path root;
  private final Contestants contestants;
  private final double trouble;
  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder table = new StringBuilder();

  /** For the project under {@code root}. */
  public ChaosTable(Path root, boolean quick) {
    this.root = root;
    this.contestants = new Contestants(root);
    this.trouble = quick ? 4 : 8;
  }

  /** Something that may go wrong. */
  private interface Fault {
    void happen() throws Exception;
  }

  /** Runs all faults, one after the other, on the same gateway where that is possible. */
  public List<Row> rows() throws Exception {
    int[] ports = {Server.freePort(), Server.freePort()};
    Server[] nodes = {node(ports[0], EventOrigin.Mode.WELL), node(ports[1], EventOrigin.Mode.WELL)};
    String yaml = Contestants.nodes(List.of(ports[0], ports[1]), Contestants.logFile());
    try (Server gateway = contestants.ours("gateway", yaml)) {
      StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 20);
      run("nothing (for comparison)", gateway, () -> {}, () -> {});
      run(
          "`kill -9` of one of two nodes, streams on it",
          gateway,
          () -> nodes[1].signal("KILL"),
          () -> nodes[1] = node(ports[1], EventOrigin.Mode.WELL));
      run(
          "a node freezes (`SIGSTOP`), then goes on",
          gateway,
          () -> nodes[1].signal("STOP"),
          () -> nodes[1].signal("CONT"));
      for (EventOrigin.Mode mode : List.of(EventOrigin.Mode.FAILING, EventOrigin.Mode.MUTE)) {
        run(
            mode == EventOrigin.Mode.FAILING
                ? "a node dies and comes back answering 500 to everything"
                : "a node dies and comes back taking calls without answering",
            gateway,
            () -> replace(nodes, ports[1], mode),
            () -> replace(nodes, ports[1], EventOrigin.Mode.WELL));
      }
      run(
          DRIPPING + " clients send their bodies byte by byte",
          gateway,
          () -> drip(gateway.port()),
          () -> {});
      overload(gateway);
    }
    logFull(List.of(ports[0], ports[1]));
    nodes[0].close();
    nodes[1].close();
    write();
    return rows;
  }

  private Server node(int port, EventOrigin.Mode mode) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            NodeCommand.class.getName(),
            Integer.toString(port),
            mode.name());
    return Server.start("node", port, command);
  }

  private void replace(Server[] nodes, int port, EventOrigin.Mode mode) throws Exception {
    nodes[1].signal("KILL");
    nodes[1].process().waitFor();
    nodes[1] = node(port, mode);
  }

  private void run(String name, Server gateway, Fault fault, Fault healing) throws Exception {
    CallLoad load = new CallLoad(gateway.port(), StreamLoad.call(TOKENS, PAUSE_MILLIS));
    load.run(
        PER_SECOND,
        CALM,
        CALM + 2 * trouble,
        () -> {
          quietly(fault);
          LockSupport.parkNanos((long) (trouble * 1e9));
          quietly(healing);
        });
    tell(name, load);
  }

  private static void quietly(Fault fault) {
    try {
      fault.happen();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ten times what the nodes' machine streams without delay. */
  private void overload(Server gateway) throws Exception {
    CallLoad load = new CallLoad(gateway.port(), StreamLoad.call(TOKENS, PAUSE_MILLIS));
    load.run(10 * PER_SECOND, 0, 2 * trouble, () -> {});
    tell("10 × the calls", load);
  }

  private void drip(int port) {
    byte[] head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    List<Socket> sockets = new ArrayList<>();
    try {
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
    } catch (IOException closedByGateway) {
      throw new IllegalStateException(closedByGateway);
    }
  }

  private void logFull(List<Integer> ports) throws Exception {
    String yaml = Contestants.nodes(ports, Path.of("/dev/full"));
    try (Server gateway = contestants.ours("gateway", yaml)) {
      StreamLoad.run(gateway.port(), StreamLoad.call(TOKENS, 0), 8, 5);
      run("the disk of the log is full", gateway, () -> {}, () -> {});
    }
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

        Made by `./tokenlane bench chaos`: one gateway, two nodes, all processes of their own; %.0f streamed calls a second, each of
        %d tokens, %d ms apart. The fault begins after %.0f s and lasts %.0f s. *Lost*: an error other than 429 or 503, or none, before the first event.
        *Refused*: 429 or 503. *Told*: begun, then ended with an error event and `[DONE]`. *Silent*: begun, then cut without a word.
        *To normal*: from the fault until the last call was sent that did not end well.

        | fault | calls | good | lost | refused | told | silent | first token p50 / p99, ms | to normal, s |
        |---|---|---|---|---|---|---|---|---|
        %s
        Not made here: jumps of the clock (needs the right to set it; limits and pauses are measured on the monotonic clock).
        """
            .formatted(PER_SECOND, TOKENS, PAUSE_MILLIS, CALM, trouble, table);
    Files.writeString(root.resolve("docs/chaos.md"), text);
  }
}
