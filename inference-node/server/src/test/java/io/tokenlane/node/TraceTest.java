package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The node continues the trace of its caller, and its meters show it as an example. */
class TraceTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static void chat(NodeClient node) {
    String body = "{\"temperature\": 0, \"messages\": %s}".formatted(Golden.ask("traced"));
    HttpRequest request =
        HttpRequest.newBuilder(node.base().resolve("/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
            .POST(BodyPublishers.ofString(body))
            .build();
    assertThat(node.send(request).statusCode()).isEqualTo(200);
  }

  @Test
  void spansGoToTheCollectorAndMetersShowTheirTrace() throws IOException {
    List<String> sent = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          sent.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
    try (TestNode node =
        TestNode.start(
            NodeApplication.create(),
            "--tokenlane.node.threads=1",
            "--tokenlane.telemetry.endpoint=" + endpoint)) {
      node.awaitModel();
      chat(node.client());
      TestNode.await(() -> !sent.isEmpty());
      assertThat(sent.getFirst())
          .contains("POST /v1/chat/completions", "gen_ai.operation.name", "chat", "tokenlane-node");
      HttpRequest metrics =
          HttpRequest.newBuilder(node.client().base().resolve("/actuator/prometheus"))
              .header("Accept", "application/openmetrics-text; version=1.0.0")
              .build();
      assertThat(node.client().send(metrics).body().lines())
          .anyMatch(
              line ->
                  line.startsWith("vllm:time_to_first_token_seconds_bucket")
                      && line.contains("trace_id=\"" + TRACE + "\""));
    } finally {
      collector.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--tokenlane.telemetry.sample=2, sample: 2.0 (expected: 0 to 1)",
    "--tokenlane.telemetry.endpoint=collector, 'endpoint: collector (expected: http://host:port'",
  })
  void aWrongSettingIsNamed(String argument, String message) {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> NodeApplication.create().run("--server.port=0", argument)))
        .hasStackTraceContaining(message);
  }
}
