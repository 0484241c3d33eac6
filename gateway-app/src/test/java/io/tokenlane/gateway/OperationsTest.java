package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator sees: health, metrics, prefetching. */
@ExtendWith(OutputCaptureExtension.class)
final class OperationsTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  @Test
  void healthTellsTheLossAndTheReturnOfANode() {
    assertThat(gateway.manage("/actuator/health").body())
        .contains("\"nodes\":", "\"one\":{\"state\":", "\"" + gateway.two.authority() + "\"");

    gateway.one.die();
    Eventually.eventually("node one down", () -> health().contains("\"one\":{\"state\":\"DOWN\""));
    assertThat(gateway.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);

    gateway.one.comeBack();
    Eventually.eventually("node one back", () -> !health().contains("\"one\":{\"state\":\"DOWN\""));
  }

  @Test
  void readinessNeedsANode() {
    gateway.one.healthy(false);
    gateway.two.healthy(false);

    Eventually.eventually(
        "not ready", () -> gateway.manage("/actuator/health/readiness").statusCode() == 503);
    assertThat(gateway.manage("/actuator/health/liveness").statusCode()).isEqualTo(200);

    gateway.one.healthy(true);
    Eventually.eventually(
        "ready", () -> gateway.manage("/actuator/health/readiness").statusCode() == 200);
  }

  private String health() {
    return gateway.manage("/actuator/health").body();
  }

  @Test
  void metricsCarryTheConventionsNames() {
    String prompt = "the same line again  and again\\n".repeat(40);
    gateway.chat(
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}");

    Eventually.eventually(
        "metrics",
        () ->
            metrics().contains("gen_ai_client_operation_duration_seconds_count")
                && metrics().contains("gen_ai_server_time_to_first_token_seconds_bucket")
                && metrics().contains("gen_ai_client_token_usage_tokens"));
    assertThat(metrics())
        .contains("gen_ai_request_model=\"m\"", "gen_ai_operation_name=\"chat\"")
        .contains("tokenlane_cache_requests_total{result=")
        .contains("tokenlane_node_picks_total{node=")
        .contains("tokenlane_node_up{node=\"one\"} 1")
        .containsPattern("tokenlane_nodes_serving [1-9]")
        .contains("tokenlane_compression_tokens_saved_total")
        .contains("tokenlane_prefetch_total{outcome=\"done\"} 2");
  }

  private String metrics() {
    return gateway.manage("/actuator/prometheus").body();
  }

  @Test
  void theApiPortHasNoActuator() {
    assertThat(gateway.get("/actuator/health").statusCode()).isEqualTo(404);
  }

  @Test
  void aPrefetchHeaderOfAStrangerMeansNothing() {
    HttpResponse<String> answer = gateway.get("/api/x", "x-tokenlane-prefetch", "guess");

    assertThat(header(answer, "Cache-Status")).contains("detail=not-fresh");
    assertThat(gateway.app.calls().getFirst().header("x-tokenlane-prefetch")).isNull();
  }

  @Test
  void askingForWhatNodesDoNotHaveSpeaksAgainstNone() {
    gateway.one.answers(FakeUpstream.status(501));
    gateway.two.answers(FakeUpstream.status(501));

    for (int i = 0; i < 60; i++) {
      assertThat(gateway.chat("{\"n\":" + i + "}").statusCode()).isEqualTo(501);
    }

    assertThat(health()).doesNotContain("EJECTED", "\"status\":\"DOWN\"");
    assertThat(gateway.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatLeavesAmidItsBodyIsNoFailureOfTheGateway(CapturedOutput output)
      throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      client
          .getOutputStream()
          .write(
              ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-request-id: gone-early\r\n"
                      + "Content-Length: 100\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));
    }

    Eventually.eventually("its line", () -> gateway.accessLog().contains("\"id\":\"gone-early\""));
    assertThat(output.getAll()).doesNotContain("gone-early failed unexpectedly");
  }
}
