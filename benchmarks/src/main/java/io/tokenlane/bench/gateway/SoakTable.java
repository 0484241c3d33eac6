package io.tokenlane.bench.gateway;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Everything at once for some time, Netty's leak detector at paranoid: plain requests, calls, hits,
 * streams read to their end, streams given up at any moment, and requests that are none. What was
 * leaked, what is left in flight, how memory grew.
 */
public final class SoakTable {
  private static final int WORKERS = 8;
  private static final Pattern UNDER_WAY =
      Pattern.compile("^tokenlane_(attempts|node_inflight|concurrency_used|concurrency_waiting)");

  private final Contestants contestants;
  private final double seconds;
  private final LongAdder done = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  /** What was wrong, and how often. */
  private final Map<String, LongAdder> wrongs = new ConcurrentSkipListMap<>();

  /**
   * For the project under {@code root}.
   *
   * @param minutes over 0
   */
  public SoakTable(Path root, double minutes) {
    this.contestants = new Contestants(root);
    this.seconds = minutes * 60;
  }

  /** Runs it. */
  public List<Row> rows() throws Exception {
    int management = Server.freePort();
    Path config = Files.createTempDirectory("tokenlane-bench-soak").resolve("gateway.yaml");
    try (Server node = Contestants.node(Server.freePort(), EventOrigin.Mode.WELL)) {
      Files.writeString(
          config,
          Contestants.nodes(List.of(node.port()), Contestants.logFile())
              + Contestants.routeTo(node.port(), Contestants.logFile())
                  .replaceAll("(?m)^(management|tokenlane).*\\R?", "")
                  .replace("Path=/**", "Path=/things/**")
              + "management.server.port: "
              + management
              + "\n");
      try (Server gateway =
          contestants.ours(
              "gateway", config, List.of(), "-Dio.netty.leakDetection.level=paranoid")) {
        work(gateway.port(), seconds / 3);
        double early = gateway.residentMib();
        work(gateway.port(), 2 * seconds / 3);
        double late = gateway.residentMib();
        long left = left(management);
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of("requests answered", (double) done.sum(), "", Better.HIGHER));
        rows.add(
            Row.of(
                "requests given up by their client", (double) cancelled.sum(), "", Better.HIGHER));
        rows.addAll(wrong());
        rows.add(none("leaks told by Netty", leaks(gateway)));
        rows.add(none("left in flight", left));
        rows.add(
            Row.of("resident memory at the end", late, "MiB", Better.LOWER)
                .withPeer("after a third of the time", early));
        return rows;
      }
    }
  }

  private static Row none(String what, long count) {
    return Row.of(what, (double) count, "", Better.LOWER).withGoal(0);
  }

  private List<Row> wrong() {
    List<Row> rows = new ArrayList<>();
    long all = wrongs.values().stream().mapToLong(LongAdder::sum).sum();
    rows.add(none("answers that were not what they should be", all));
    wrongs.forEach((what, count) -> rows.add(none("… " + what, count.sum())));
    return rows;
  }

  private void note(String what, int status) {
    if (status == 200) {
      done.increment();
    } else {
      wrongs.computeIfAbsent(what + ": " + status, kind -> new LongAdder()).increment();
    }
  }

  private void work(int port, double howLong) throws InterruptedException {
    long end = System.nanoTime() + (long) (howLong * 1e9);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      workers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (System.nanoTime() < end) {
                      one(port, random);
                    }
                  }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
  }

  /** Kinds from 4 on end as they like: who is refused may find the connection closed. */
  private void one(int port, SplittableRandom random) {
    int kind = random.nextInt(6);
    try {
      switch (kind) {
        case 0 -> several(port, RawConnection.request("GET", "/things/" + random.nextInt(50), ""));
        case 1 -> several(port, chat(random.nextInt()));
        case 2 -> several(port, chat(7));
        case 3 -> stream(port, random.nextInt(1, 200));
        case 4 -> givenUp(port, random);
        default -> nonsense(port, random);
      }
    } catch (IOException | RuntimeException broken) {
      if (kind < 4) {
        wrongs
            .computeIfAbsent(
                "kind %d: %s".formatted(kind, broken.getMessage()), what -> new LongAdder())
            .increment();
      }
    }
  }

  private static byte[] chat(int seed) {
    return RawConnection.request(
        "POST",
        "/v1/chat/completions",
        ("{\"model\":\"m\",\"temperature\":0,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"Where is %d?\"}]}")
            .formatted(seed));
  }

  private void several(int port, byte[] request) throws IOException {
    try (RawConnection connection = new RawConnection(port)) {
      for (int i = 0; i < 10; i++) {
        note("request", connection.exchange(request));
      }
    }
  }

  private void stream(int port, int tokens) throws IOException {
    try (RawConnection connection = new RawConnection(port)) {
      connection.send(StreamLoad.call(tokens * 64, 0));
      int status = connection.readHead();
      while (connection.readChunk() > 0) {}
      note("stream", status);
    }
  }

  private void givenUp(int port, SplittableRandom random) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      byte[] call = StreamLoad.call(10_000, random.nextInt(3));
      int sent = random.nextInt(4) == 0 ? random.nextInt(call.length) : call.length;
      socket.getOutputStream().write(call, 0, sent);
      LockSupport.parkNanos(random.nextLong(20_000_000));
      if (random.nextBoolean()) {
        socket.setSoLinger(true, 0);
      }
      cancelled.increment();
    }
  }

  private void nonsense(int port, SplittableRandom random) throws IOException {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      cancelled.increment();
    }
  }

  private static long leaks(Server gateway) throws IOException {
    try (var lines = Files.lines(gateway.log(), StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> line.contains("LEAK")).count();
    }
  }

  /** Attempts under way once everybody has gone; looks for ten seconds. */
  private static long left(int management) throws Exception {
    Actuator actuator = new Actuator(management);
    long left = -1;
    for (int i = 0; i < 20 && left != 0; i++) {
      LockSupport.parkNanos(500_000_000L);
      left = (long) actuator.sum(line -> UNDER_WAY.matcher(line).find());
    }
    return left;
  }
}
