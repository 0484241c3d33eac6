package io.tokenlane.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A gateway before one origin, started by the launcher. */
final class RunningGateway implements AutoCloseable {
  private static final String LOOPS = "-Dreactor.netty.ioWorkerCount=";

  private final Process process;

  private RunningGateway(Process process) {
    this.process = process;
  }

  static RunningGateway before(Path root, int port, String uri, String cacheRoute)
      throws IOException, InterruptedException {
    return before(root, port, uri, cacheRoute, OptionalInt.empty());
  }

  /**
   * The same with so many event loops.
   *
   * @param loops empty: its own default
   */
  static RunningGateway before(
      Path root, int port, String uri, String cacheRoute, OptionalInt loops)
      throws IOException, InterruptedException {
    Path config = Files.createTempFile("tokenlane-bench", ".yaml");
    Files.writeString(
        config,
        """
        spring.cloud.gateway.server.webflux:
          httpclient.pool.max-idle-time: 4s
          routes:
            - {id: origin, uri: "%s", predicates: ["Path=/**"]}
        management.server.port: %d
        %s
        """
            .formatted(uri, port + 1, cacheRoute));
    ProcessBuilder launcher =
        new ProcessBuilder(
                root.resolve("tokenlane").toString(),
                "gateway",
                "--port",
                Integer.toString(port),
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    loops.ifPresent(count -> launcher.environment().put("JAVA_TOOL_OPTIONS", LOOPS + count));
    Process process = launcher.start();
    RunningGateway gateway = new RunningGateway(process);
    gateway.awaitOpen(port);
    return gateway;
  }

  Process process() {
    return process;
  }

  private void awaitOpen(int port) throws IOException, InterruptedException {
    for (int i = 0; i < 600 && process.isAlive(); i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (IOException notYet) {
        var _ = process.waitFor(100, TimeUnit.MILLISECONDS);
      }
    }
    close();
    throw new IOException("the gateway did not open port " + port);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.onExit().join();
  }
}
