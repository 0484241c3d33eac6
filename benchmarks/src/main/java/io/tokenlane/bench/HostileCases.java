package io.tokenlane.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests made up to be given what is another's: of two tenants and of nobody, for targets written
 * in many ways, with fields that origins build answers from, for answers that must not be stored.
 * The origin numbers its answers; one that comes a second time must have been asked for by the same
 * tenant, for the same host and target, with the same of those fields, and must not have been
 * forbidden to be stored.
 */
final class HostileCases implements AutoCloseable {
  private static final List<String> TARGETS =
      List.of(
          "/%s/account",
          "/%s/account/",
          "/%s//account",
          "/%s/./account",
          "/%s/x/../account",
          "/%s/account%%2Fx.css",
          "/%s/account%%2fx.css",
          "/%s/account/x.css",
          "/%s/account;x.css",
          "/%s/Account",
          "/%s/%%61ccount",
          "/%s/account?a=1&a=2",
          "/%s/account?a=2&a=1",
          "/%s/account?a=1&b=2",
          "/%s/account?b=2&a=1",
          "/%s/account?a=1%%26b=2",
          "/%s/account?",
          "/%s/account?utm_content=x",
          "/%s/account%%3Fa=1",
          "/%s/account%%00");

  /** Kinds of answers by the first segment, with what the origin says of them. */
  private static final Map<String, List<String>> KINDS =
      Map.of(
          "open", List.of("Cache-Control", "max-age=600"),
          "public", List.of("Cache-Control", "public, max-age=600"),
          "none", List.of("Cache-Control", "no-store"),
          "mine", List.of("Cache-Control", "private, max-age=600"),
          "cookie", List.of("Cache-Control", "max-age=600", "Set-Cookie", "session=%d"),
          "star", List.of("Cache-Control", "max-age=600", "Vary", "*"),
          "vary", List.of("Cache-Control", "max-age=600", "Vary", "X-Kind"),
          "cdn", List.of("Cache-Control", "max-age=600", "CDN-Cache-Control", "no-store"));

  private static final List<String> FORBIDDEN = List.of("none", "mine", "cookie", "star", "cdn");
  private static final List<String> FIELDS =
      List.of(
          "X-Forwarded-Host: evil.example",
          "X-Forwarded-Scheme: nothttps",
          "X-Original-URL: /admin",
          "X-Rewrite-URL: /admin",
          "X-Host: evil.example",
          "Forwarded: host=evil.example",
          "X-HTTP-Method-Override: DELETE",
          "X-Forwarded-Prefix: /evil");
  private static final List<String> HOSTS = List.of("a.example", "b.example", "A.example");

  private static final int PATIENCE_MILLIS = 30_000;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, String> askedBy = new HashMap<>();
  private int violations;
  private int again;

  HostileCases() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    long number = numbers.incrementAndGet();
    String path = exchange.getRequestURI().getRawPath();
    String kind = path.length() < 2 ? "" : path.substring(1).split("/", 2)[0];
    List<String> fields = KINDS.getOrDefault(kind, List.of("Cache-Control", "no-store"));
    for (int i = 0; i < fields.size(); i += 2) {
      exchange.getResponseHeaders().set(fields.get(i), fields.get(i + 1).formatted(number));
    }
    byte[] body = ("answer " + number + "\n").getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /**
   * Sends so many.
   *
   * @param keys a tenant's name and its key, each
   */
  void run(int port, Map<String, String> keys, int requests) throws IOException {
    Random random = new Random(20_260_101);
    List<String> tenants = keys.keySet().stream().sorted().toList();
    List<String> kinds = KINDS.keySet().stream().sorted().toList();
    for (int i = 0; i < requests; i++) {
      String kind = pick(kinds, random);
      String target = pick(TARGETS, random).formatted(kind);
      String tenant = random.nextInt(3) == 0 ? "" : pick(tenants, random);
      String host = pick(HOSTS, random);
      StringBuilder fields = new StringBuilder();
      if (random.nextInt(3) == 0) {
        fields.append(pick(FIELDS, random)).append("\r\n");
      }
      String variant = "";
      if (kind.equals("vary")) {
        variant = "X-Kind: " + random.nextInt(3);
      }
      String request =
          "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s%s%s\r\n"
              .formatted(
                  target,
                  host,
                  fields,
                  variant.isEmpty() ? "" : variant + "\r\n",
                  tenant.isEmpty() ? "" : "Authorization: Bearer " + keys.get(tenant) + "\r\n");
      String same = String.join("|", tenant, host, target, fields, variant);
      judge(kind, same, exchange(port, request));
    }
  }

  private static String pick(List<String> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  private void judge(String kind, String request, String response) {
    int at = response.indexOf("answer ");
    if (at < 0) {
      return;
    }
    String number = response.substring(at).strip();
    String first = askedBy.putIfAbsent(number, request);
    if (first != null) {
      again++;
      if (!first.equals(request) || FORBIDDEN.contains(kind)) {
        violations++;
      }
    }
  }

  private static String exchange(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketTimeoutException late) {
      String shown = request.replaceAll("Bearer \\S+", "Bearer …").replace("\r\n", " | ");
      throw new IOException("no answer within %d ms to %s".formatted(PATIENCE_MILLIS, shown), late);
    }
  }

  /** Answers given to somebody who must not have had them. */
  int violations() {
    return violations;
  }

  /** Answers that came from the cache: where there are none, nothing was tested. */
  int fromCache() {
    return again;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
