package io.tokenlane.kubernetes;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers everything with an empty object, at an address of the loopback network. */
final class Node implements AutoCloseable {
  private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);

  private final HttpServer server;

  private Node(HttpServer server) {
    this.server = server;
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, BODY.length);
            exchange.getResponseBody().write(BODY);
          }
        });
    server.start();
  }

  static Node at(String address, int port) throws IOException {
    return new Node(HttpServer.create(new InetSocketAddress(address, port), 0));
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
