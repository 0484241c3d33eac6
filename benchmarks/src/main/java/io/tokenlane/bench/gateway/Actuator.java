package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A gateway's management port. */
record Actuator(int port) {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int LOOKS = 300;

  /** Waits until it listens: it is opened after the port of the API. */
  static Actuator open(int port) throws IOException {
    IOException refused = new IOException("management port " + port + " is not open");
    for (int i = 0; i < LOOKS; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return new Actuator(port);
        }
      } catch (IOException notYet) {
        refused = notYet;
      }
      LockSupport.parkNanos(100_000_000L);
    }
    throw refused;
  }

  /** The sum of all metrics whose lines in Prometheus' format are these. */
  double sum(Predicate<String> lines) throws IOException {
    return exchange("GET", "/actuator/prometheus")
        .lines()
        .filter(lines)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Takes over what has changed in the configuration's files. */
  void reload() throws IOException {
    String answer = exchange("POST", "/actuator/reload");
    if (!answer.contains(" 200 ")) {
      throw new IOException("reload: " + answer);
    }
  }

  private String exchange(String method, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request = method + ' ' + path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n";
      socket
          .getOutputStream()
          .write((request + "Content-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
