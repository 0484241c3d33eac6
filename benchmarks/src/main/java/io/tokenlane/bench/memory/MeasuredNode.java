package io.tokenlane.bench.memory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A node, started by the launcher with the options that it gives every node. */
final class MeasuredNode implements AutoCloseable {
  private static final int PATIENCE_TENTHS = 6_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI base;
  private final Path log;
  private double secondsToReady;

  private MeasuredNode(Process process, int port, Path log) {
    this.process = process;
    this.base = URI.create("http://127.0.0.1:" + port);
    this.log = log;
  }

  /** Starts it and waits until it is ready. */
  static MeasuredNode start(Path root, Path model, long kvBytes, Path folder) throws Exception {
    Path config = folder.resolve("node.yaml");
    Files.writeString(config, "tokenlane.node.kv-cache-bytes: " + kvBytes + "B\n");
    Path log = folder.resolve("node.log");
    int port = freePort();
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(
                root.resolve("tokenlane").toString(),
                "node",
                "--port",
                Integer.toString(port),
                "--model",
                model.toString(),
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    MeasuredNode node = new MeasuredNode(process, port, log);
    try {
      node.awaitReady();
    } catch (Exception e) {
      node.close();
      throw e;
    }
    node.secondsToReady = (System.nanoTime() - begin) / 1e9;
    return node;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws Exception {
    HttpRequest question =
        HttpRequest.newBuilder(base.resolve("/actuator/health/readiness")).build();
    for (int i = 0; i < PATIENCE_TENTHS && process.isAlive(); i++) {
      try {
        if (http.send(question, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        // It does not listen yet.
      }
      var _ = process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new IOException("the node did not become ready:\n" + Files.readString(log));
  }

  /** From the launcher's start to the first answer that says ready. */
  double secondsToReady() {
    return secondsToReady;
  }

  /** Asks for a completion; anything but a success is an error. */
  void complete(String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/v1/completions"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the node answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  /**
   * A line of {@code /proc/PID/status}, in bytes.
   *
   * @param key such as {@code VmRSS}: all resident pages; {@code RssFile}: those of mapped files;
   *     {@code VmHWM}: the most there ever were
   */
  long memory(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Waits a while: what a node gives back, it gives back within seconds. */
  void rest(long seconds) throws Exception {
    if (process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IOException("the node ended:\n" + Files.readString(log));
    }
  }

  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .orTimeout(30, TimeUnit.SECONDS)
        .exceptionally(late -> process.destroyForcibly())
        .join();
    http.close();
  }
}
