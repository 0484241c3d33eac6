package io.tokenlane.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that takes 100 ms for an answer, and counts what it is asked. */
final class SlowOrigin implements AutoCloseable {
  private static final int BACKLOG = 2_000;
  private static final long ORIGIN_MILLIS = 100;
  private static final int PARTS = 5;

  /** Paths with this beginning have a body of so many bytes. */
  private static final String SIZED = "/fast/size/";

  /** Answers at paths with this beginning are fresh for two seconds. */
  static final String BRIEFLY = "/briefly";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger fetches = new AtomicInteger();

  private SlowOrigin(HttpServer server) {
    this.server = server;
  }

  static SlowOrigin start() throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    SlowOrigin origin = new SlowOrigin(HttpServer.create(anyPort, BACKLOG));
    origin.server.setExecutor(origin.threads);
    origin.server.createContext("/", origin::answer);
    origin.server.start();
    return origin;
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  int port() {
    return server.getAddress().getPort();
  }

  int fetches() {
    return fetches.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (!path.startsWith("/fast")) {
      pause(ORIGIN_MILLIS);
    }
    int number = fetches.incrementAndGet();
    boolean forbidden = path.startsWith("/no-store") || path.startsWith("/fast-no-store");
    String fresh = path.startsWith(BRIEFLY) ? "max-age=2" : "max-age=600";
    exchange.getResponseHeaders().set("Cache-Control", forbidden ? "no-store" : fresh);
    if (path.startsWith("/vary")) {
      exchange.getResponseHeaders().set("Vary", "X-Kind");
    }
    if (path.startsWith("/cookie")) {
      exchange.getResponseHeaders().set("Set-Cookie", "session=" + number);
    }
    boolean streamed = path.startsWith("/streamed");
    int size = path.startsWith(SIZED) ? Integer.parseInt(path.substring(SIZED.length())) : 200;
    byte[] part = "x".repeat(size).getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, streamed ? 0 : part.length);
    try (OutputStream body = exchange.getResponseBody()) {
      for (int i = 0; i < (streamed ? PARTS : 1); i++) {
        body.write(part);
        body.flush();
        pause(streamed ? ORIGIN_MILLIS : 0);
      }
    }
  }

  private static void pause(long millis) {
    try {
      var _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
