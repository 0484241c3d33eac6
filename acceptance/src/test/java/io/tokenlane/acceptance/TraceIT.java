package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tokenlane.acceptance.TracedSystem.Sent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One trace from a client through a real gateway and a real node to a collector. */
class TraceIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CLIENT_SPAN = "00f067aa0ba902b7";
  private static final String CHAT =
      "{\"model\":\"tokenlane-demo\",\"temperature\":0,\"messages\":[{\"role\":\"user\","
          + "\"content\":\"What is the capital of Peru?\"}]}";

  @Test
  void theNodesSpanHangsUnderTheGatewaysAndThatUnderTheClients() throws Exception {
    TracedSystem system = TracedSystem.get();
    HttpResponse<String> answer;
    try (HttpClient client = HttpClient.newHttpClient()) {
      answer =
          client.send(
              HttpRequest.newBuilder(URI.create(system.gateway() + "/v1/chat/completions"))
                  .version(HttpClient.Version.HTTP_1_1)
                  .header("Content-Type", "application/json")
                  .header("traceparent", "00-" + TRACE + "-" + CLIENT_SPAN + "-01")
                  .POST(BodyPublishers.ofString(CHAT))
                  .build(),
              BodyHandlers.ofString());
    }
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String[] own = answer.headers().firstValue("traceparent").orElseThrow().split("-");
    assertThat(own[1]).isEqualTo(TRACE);
    assertThat(own[2]).isNotEqualTo(CLIENT_SPAN);

    String gateway = span(system, "chat tokenlane-demo");
    assertThat(gateway)
        .contains(
            bytes(TRACE),
            bytes(CLIENT_SPAN),
            bytes(own[2]),
            "tokenlane-gateway",
            "gen_ai.provider.name",
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens");
    assertThat(span(system, "POST /v1/chat/completions"))
        .contains(bytes(TRACE), bytes(own[2]), "tokenlane-node", "gen_ai.operation.name");
  }

  private static String span(TracedSystem system, String name) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> sent(system, name), Optional::isPresent)
        .orElseThrow();
  }

  private static Optional<String> sent(TracedSystem system, String name) {
    return system.sent().stream()
        .filter(sent -> sent.path().equals("/v1/traces"))
        .map(Sent::body)
        .filter(body -> body.contains(name) && body.contains(bytes(TRACE)))
        .findFirst();
  }

  /** As they stand in what was sent. */
  private static String bytes(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }
}
