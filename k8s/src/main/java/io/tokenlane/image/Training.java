package io.tokenlane.image;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a gateway and a node from their roots, under a little traffic, and keeps the classes that
 * they loaded and linked (AOT cache, JEP 483 and 514) beside each program. A cache is good only for
 * jars and a runtime of the same sizes and times, wherever they lie.
 */
final class Training {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int QUESTIONS = 10;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path logs;

  Training(Path logs) {
    this.logs = logs;
  }

  /** Where a program's cache lies below its root. */
  static Path cache(ImageKind kind) {
    return Path.of("app", kind.program() + ".aot");
  }

  /** Trains both, the gateway before the node. */
  void run(ImageKind node, Path nodeRoot, Path gatewayRoot)
      throws IOException, InterruptedException {
    int nodePort = freePort();
    int port = freePort();
    int actuator = freePort();
    Process serving =
        start(node, nodeRoot, List.of("--server.port=" + nodePort, "--server.address=127.0.0.1"));
    Process gateway =
        start(
            ImageKind.GATEWAY,
            gatewayRoot,
            List.of(
                "--server.port=" + port,
                "--management.server.port=" + actuator,
                "--tokenlane.nodes[0].id=node-1",
                "--tokenlane.nodes[0].uri=http://127.0.0.1:" + nodePort));
    try {
      ready(serving, nodePort);
      ready(gateway, actuator);
      traffic(port, actuator);
    } finally {
      stop(gateway);
      stop(serving);
    }
    require(gatewayRoot.resolve(cache(ImageKind.GATEWAY)));
    require(nodeRoot.resolve(cache(node)));
  }

  private Process start(ImageKind kind, Path root, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            kind.command(
                root.resolve("opt/java").toString(),
                root.resolve("app").toString(),
                List.of("-Xmx512m", "-XX:AOTCacheOutput=" + root.resolve(cache(kind)))));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log(kind).toFile())
        .start();
  }

  private Path log(ImageKind kind) {
    return logs.resolve("train-" + kind.program() + ".log");
  }

  private void ready(Process process, int port) throws IOException, InterruptedException {
    String uri = "http://127.0.0.1:" + port + "/actuator/health/readiness";
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!well(uri)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException(uri + ": not ready (expected: 200); see the logs in " + logs);
      }
      var _ = process.waitFor(200, TimeUnit.MILLISECONDS);
    }
  }

  private boolean well(String uri) throws InterruptedException {
    try {
      return get(uri) == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private int get(String uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).timeout(PATIENCE).build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private void traffic(int port, int actuator) throws IOException, InterruptedException {
    String gateway = "http://127.0.0.1:" + port;
    for (int i = 0; i < QUESTIONS; i++) {
      ask(gateway, i);
      ask(gateway, i);
    }
    require(gateway + "/v1/models", get(gateway + "/v1/models"));
    String own = "http://127.0.0.1:" + actuator + "/actuator/";
    require(own + "health", get(own + "health"));
    require(own + "prometheus", get(own + "prometheus"));
  }

  private void ask(String gateway, int number) throws IOException, InterruptedException {
    String body =
        """
        {"model": "tokenlane-demo", "stream": %b, "temperature": 0,
         "messages": [{"role": "user", "content": "What is %d + 4?"}]}
        """
            .formatted(number % 3 != 0, number);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    require(gateway, client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
  }

  private static void require(String uri, int status) throws IOException {
    if (status != 200) {
      throw new IOException(uri + ": status " + status + " (expected: 200)");
    }
  }

  private void require(Path cache) throws IOException {
    if (!Files.isRegularFile(cache)) {
      throw new IOException(cache + ": not written; see the logs in " + logs);
    }
  }

  /** Its JVM writes the cache as it ends. */
  private static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
