package io.tokenlane.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A real Redis on a free port of its own, as installed on this machine. */
public final class RedisServer {
  private final Path folder;
  private final int port;
  private Process process;

  /** Starts one that keeps its log in the folder; skips the test where Redis is not installed. */
  public RedisServer(Path folder) throws IOException {
    this.folder = folder;
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
    this.process = start();
  }

  private Process start() throws IOException {
    try {
      Process started =
          new ProcessBuilder(
                  "redis-server", "--port", "" + port, "--save", "", "--dir", "" + folder)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("redis.log").toFile())
              .start();
      Eventually.eventually("redis listens", this::listens);
      return started;
    } catch (IOException missing) {
      Assumptions.abort("redis-server is not installed: " + missing.getMessage());
      throw missing;
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Where clients find it. */
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** Its process, for signals. */
  public long pid() {
    return process.pid();
  }

  /** Kills it; returns when it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** A new one on the same port, empty. */
  public void startAgain() throws IOException {
    process = start();
  }
}
