package io.tokenlane.gateway.reload;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.GatewayApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A gateway that was started with a file, which tests change; it runs until the JVM ends. */
final class FileGateway {
  static final FileGateway ONE = new FileGateway();
  static final String TOKEN = "a-token-for-reloads";

  final FakeUpstream one = new FakeUpstream();
  final FakeUpstream two = new FakeUpstream();
  final FakeUpstream app = new FakeUpstream();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path file;
  private final ConfigurableApplicationContext context;

  private FileGateway() {
    try {
      file = Files.createTempDirectory("reload").resolve("gateway.yaml");
      Files.writeString(file, base());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    context =
        new SpringApplicationBuilder(GatewayApplication.class)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--tokenlane.reload=0s",
                "--tokenlane.console.token=" + TOKEN,
                "--tokenlane.balance.signals_interval=0s",
                "--spring.config.additional-location=file:" + file);
  }

  /** What it was started with: one node, one plain route. */
  String base() {
    return base("");
  }

  /** The same with more under {@code tokenlane}, indented by two. */
  String base(String more) {
    return """
        tokenlane:
          log: {access: target/reload-access.log}
        %s  nodes:
            - {id: one, uri: "%s"}
        prefetch: {endpoints: ["/app/ahead"]}
        spring.cloud.gateway.server.webflux.routes:
          - {id: app, uri: "%s", predicates: ["Path=/app/**"]}
        """
        .formatted(more, one.uri(), app.uri());
  }

  /** Writes the file and takes it over as an operator does. */
  Outcome reload(String yaml) {
    write(yaml);
    return reload();
  }

  Outcome reload() {
    return bean(Reload.class).run();
  }

  void write(String yaml) {
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file() {
    return file;
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  String property(String name) {
    return context.getEnvironment().getProperty(name, "");
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + property("local.server.port") + path));
  }

  HttpRequest.Builder management(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + property("local.management.port") + path));
  }

  HttpResponse<String> get(String path) {
    return send(request(path));
  }

  HttpResponse<String> chat(String body) {
    return send(request("/v1/chat/completions").POST(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofString()).join();
  }

  HttpResponse<java.io.InputStream> open(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofInputStream()).join();
  }
}
