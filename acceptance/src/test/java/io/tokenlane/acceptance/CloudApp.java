package io.tokenlane.acceptance;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An app in the cloud: files, which it lets caches keep for seconds, and longer while it is away.
 */
final class CloudApp {
  private CloudApp() {}

  /** What starts it, with its address, its port and the folder of its files. */
  static List<String> command(String address, String port, Path folder) throws URISyntaxException {
    Path classes =
        Path.of(CloudApp.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-cp"));
    command.addAll(List.of(classes.toString(), CloudApp.class.getName()));
    command.addAll(List.of(address, port, folder.toString()));
    return command;
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[2]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body =
                Files.readAllBytes(folder.resolve(exchange.getRequestURI().getPath().substring(1)));
            exchange.getResponseHeaders().set("Cache-Control", "max-age=3, stale-if-error=86400");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }
}
