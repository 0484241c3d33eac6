package io.tokenlane.acceptance;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A node and a gateway, each with a configuration file, and a collector that both tell what they
 * do; started by the first test that wants them, they run until the JVM ends.
 */
final class TracedSystem {
  static final String TOKEN = "a-token-for-the-console";

  private static @Nullable TracedSystem one;

  private final HttpServer collector;
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final int port = Launcher.freePorts();
  private final Path file;

  /** What the collector got: each byte one character. */
  record Sent(String path, String body) {}

  private TracedSystem() throws IOException, InterruptedException {
    // Whoever comes first builds and unpacks; two at once would get in each other's way.
    SharedUp.get();
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/", this::keep);
    collector.start();
    Path folder = Files.createTempDirectory("traced");
    Path node = Files.writeString(folder.resolve("node.yaml"), telemetry());
    file = Files.writeString(folder.resolve("gateway.yaml"), yaml(""));
    Launcher first =
        run("node", "--port", Integer.toString(nodePort()), "--config", node.toString());
    Launcher second = run("gateway", "--port", Integer.toString(port), "--config", file.toString());
    awaitReady(first, nodePort());
    awaitReady(second, port + 1);
  }

  private static Launcher run(String... arguments) throws IOException {
    Launcher launcher = Launcher.start(Map.of("TOKENLANE_CONSOLE_TOKEN", TOKEN), arguments);
    Runtime.getRuntime().addShutdownHook(new Thread(launcher::close));
    return launcher;
  }

  static synchronized TracedSystem get() throws IOException, InterruptedException {
    TracedSystem running = one;
    if (running == null) {
      running = new TracedSystem();
      one = running;
    }
    return running;
  }

  private String telemetry() {
    return "tokenlane.telemetry: {endpoint: \"http://127.0.0.1:%d\"}\n"
        .formatted(collector.getAddress().getPort());
  }

  /** The gateway's file, with more under {@code tokenlane}. */
  String yaml(String more) {
    return telemetry()
        + "tokenlane.nodes: [{id: traced, uri: \"http://127.0.0.1:%d\"}]\n%s"
            .formatted(nodePort(), more);
  }

  private int nodePort() {
    return port + 11;
  }

  private void keep(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    sent.add(
        new Sent(
            exchange.getRequestURI().getPath(), new String(body, StandardCharsets.ISO_8859_1)));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void awaitReady(Launcher launcher, int port) {
    String uri = "http://127.0.0.1:" + port + "/actuator/health/readiness";
    await()
        .atMost(Duration.ofMinutes(5))
        .failFast("ended before it was ready", launcher::ended)
        .until(() -> ready(uri));
  }

  private static boolean ready(String uri) throws InterruptedException {
    try {
      return Http.get(uri).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  String gateway() {
    return "http://localhost:" + port;
  }

  String management() {
    return "http://localhost:" + (port + 1);
  }

  /** The gateway's file, for others to change. */
  Path file() {
    return file;
  }

  /** What the collector has got so far. */
  List<Sent> sent() {
    return List.copyOf(sent);
  }
}
