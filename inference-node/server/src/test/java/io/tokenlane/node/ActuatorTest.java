package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(RunningNode.class)
class ActuatorTest {
  private final NodeClient node;

  ActuatorTest(NodeClient node) {
    this.node = node;
  }

  @Test
  void healthTellsWhatRuns() {
    JsonNode health = node.get("/actuator/health");
    assertThat(health.get("status").stringValue()).isEqualTo("UP");
    JsonNode model = health.at("/components/model/details");
    assertThat(model.get("name").stringValue()).isEqualTo("tokenlane-demo");
    assertThat(model.get("backend").stringValue())
        .contains("the best available")
        .matches(backend -> backend.startsWith("cuda ") || backend.contains("not cuda: "));
    assertThat(model.get("parameters").longValue()).isBetween(3_000_000L, 4_000_000L);
    assertThat(model.get("context_length").intValue()).isEqualTo(1024);
  }

  @ParameterizedTest
  @ValueSource(strings = {"liveness", "readiness"})
  void isAliveAndReady(String probe) {
    assertThat(node.get("/actuator/health/" + probe).get("status").stringValue()).isEqualTo("UP");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm:num_requests_running{",
        "vllm:num_requests_waiting{",
        "vllm:kv_cache_usage_perc{",
        "vllm:prefix_cache_hits_total{",
        "vllm:prefix_cache_queries_total{",
        "vllm:prompt_tokens_total{",
        "vllm:generation_tokens_total{",
        "vllm:time_to_first_token_seconds_bucket{",
        "vllm:time_to_first_token_seconds_count{",
        "vllm:inter_token_latency_seconds_bucket{",
        "vllm:inter_token_latency_seconds_sum{",
        "jvm_memory_used_bytes{"
      })
  void publishesMetricsUnderTheirKnownNames(String series) {
    String page = node.send("GET", "/actuator/prometheus", "").body();
    assertThat(page.lines()).anyMatch(line -> line.startsWith(series));
  }

  /** Where endpoint pickers look by themselves. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm:num_requests_running{",
        "vllm:num_requests_waiting{",
        "vllm:kv_cache_usage_perc{"
      })
  void endpointPickersFindWhatTheyRead(String series) {
    String page = node.send("GET", "/metrics", "").body();
    assertThat(page.lines()).anyMatch(line -> line.startsWith(series));
  }

  @Test
  void timesTokens() {
    String chat = "{\"temperature\": 0, \"messages\": %s}".formatted(Golden.ask("x"));
    node.post("/v1/chat/completions", chat);
    String page = node.send("GET", "/actuator/prometheus", "").body();
    assertThat(page)
        .contains(
            "vllm:time_to_first_token_seconds_bucket{model_name=\"tokenlane-demo\",le=\"0.005\"}")
        .doesNotContain("vllm:inter_token_latency_seconds_count{model_name=\"tokenlane-demo\"} 0");
  }

  @Test
  void showsNothingElse() {
    assertThat(node.send("GET", "/actuator/env", "").statusCode()).isEqualTo(404);
  }
}
