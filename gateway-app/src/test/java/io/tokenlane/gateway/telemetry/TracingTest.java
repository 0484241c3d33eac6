package io.tokenlane.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.GatewayApplication;
import io.tokenlane.gateway.RunningGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Flux;

/** Traces: passed on without a collector, continued and sent with one; metrics show them. */
class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final String CHAT =
      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  @Test
  void withoutACollectorTheClientsTracePassesThroughUnchanged() {
    RunningGateway gateway = RunningGateway.fresh();
    gateway.one.answers(FakeUpstream.ok("{}"));
    gateway.two.answers(FakeUpstream.ok("{}"));
    HttpResponse<String> answer = gateway.chat(CHAT.formatted("passing"), "traceparent", CALLER);
    assertThat(RunningGateway.header(answer, "traceparent")).isEqualTo(CALLER);
    assertThat(gateway.one.calls().isEmpty() ? gateway.two.calls() : gateway.one.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.header("traceparent")).isEqualTo(CALLER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/bare/malformed"})
  void withoutACollectorAMalformedTraceGoesNoFurther(String path) {
    RunningGateway gateway = RunningGateway.fresh();
    HttpRequest.Builder request =
        gateway
            .request(path)
            .header("traceparent", "00-evil")
            .POST(BodyPublishers.ofString(CHAT.formatted("malformed")));
    HttpResponse<String> answer = gateway.send(request);
    assertThat(answer.headers().firstValue("traceparent")).isEmpty();
    assertThat(
            Stream.of(gateway.one, gateway.two, gateway.app).flatMap(node -> node.calls().stream()))
        .singleElement()
        .satisfies(call -> assertThat(call.header("traceparent")).isNull());
  }

  /** They would stay in memory, and in each scrape. */
  @Test
  void namesOfModelsWithoutEndAreNoLabels() {
    RunningGateway gateway = RunningGateway.fresh();
    gateway.chat(CHAT.formatted("long" + "x".repeat(125)));
    gateway.chat(CHAT.formatted("long" + "x".repeat(124)));
    Eventually.eventually(
        "the shorter one",
        () -> gateway.manage("/actuator/prometheus").body().contains("\"long" + "x".repeat(124)));
    assertThat(gateway.manage("/actuator/prometheus").body())
        .contains("gen_ai_request_model=\"other\"")
        .doesNotContain("x".repeat(125));
  }

  @Test
  void metricsShowATraceAsAnExample() {
    RunningGateway gateway = RunningGateway.fresh();
    gateway.one.answers(FakeUpstream.ok("{}"));
    gateway.two.answers(FakeUpstream.ok("{}"));
    gateway.chat(CHAT.formatted("exemplary"), "traceparent", CALLER);
    Eventually.eventually(
        "an exemplar",
        () ->
            gateway
                .send(
                    gateway
                        .management("/actuator/prometheus")
                        .header("Accept", "application/openmetrics-text; version=1.0.0"))
                .body()
                .lines()
                .anyMatch(
                    line ->
                        line.startsWith("gen_ai_client_operation_duration_seconds_bucket")
                            && line.contains("exemplary")
                            && line.contains("trace_id=\"" + TRACE + "\"")));
  }

  @Test
  void tokensAndTheirTimesAreCountedInTheConventionsBuckets() {
    RunningGateway gateway = RunningGateway.fresh();
    String events =
        """
        data: {"choices":[{"delta":{"content":"a"}}]}

        data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}

        data: [DONE]

        """;
    gateway.one.answers(FakeUpstream.events(Flux.just(events)));
    gateway.two.answers(FakeUpstream.events(Flux.just(events)));
    gateway.chat(CHAT.formatted("counted").replace("{\"model", "{\"stream\":true,\"model"));
    Eventually.eventually(
        "buckets",
        () -> {
          String all = gateway.manage("/actuator/prometheus").body();
          return has(all, "gen_ai_client_token_usage_tokens_bucket", "le=\"1024.0\"")
              && has(all, "gen_ai_server_time_per_output_token_seconds_bucket", "le=\"0.025\"");
        });
  }

  private static boolean has(String metrics, String name, String text) {
    return metrics
        .lines()
        .anyMatch(
            line ->
                line.startsWith(name)
                    && line.contains("gen_ai_request_model=\"counted\"")
                    && line.contains(text));
  }

  @Test
  void aCollectorGetsSpansAndMetricsAndTheNodeContinuesTheTrace() throws Exception {
    try (FakeUpstream collector = new FakeUpstream();
        FakeUpstream node = new FakeUpstream()) {
      node.answers(FakeUpstream.ok("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}"));
      ConfigurableApplicationContext context =
          new SpringApplicationBuilder(GatewayApplication.class)
              .run(
                  "--server.port=0",
                  "--management.server.port=0",
                  "--tokenlane.log.access=target/traced.log",
                  "--tokenlane.nodes[0].id=traced",
                  "--spring.cloud.gateway.server.webflux.routes[0].id=bare",
                  "--spring.cloud.gateway.server.webflux.routes[0].uri=" + node.uri(),
                  "--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/bare/**",
                  "--tokenlane.nodes[0].uri=" + node.uri(),
                  "--tokenlane.telemetry.endpoint=" + collector.uri() + "/");
      String port = context.getEnvironment().getRequiredProperty("local.server.port");
      HttpResponse<String> answer = chat(port);
      String own = answer.headers().firstValue("traceparent").orElse("");
      assertThat(own).startsWith("00-" + TRACE + "-").isNotEqualTo(CALLER).endsWith("-01");
      Eventually.eventually(
          "the node was asked",
          () -> node.calls().stream().anyMatch(c -> own.equals(c.header("traceparent"))));
      Eventually.eventually("a span", () -> sent(collector, "/v1/traces").isPresent());
      assertThat(sent(collector, "/v1/traces").orElseThrow())
          .contains(
              "chat a-model",
              "gen_ai.request.model",
              "gen_ai.usage.output_tokens",
              "tokenlane-gateway",
              "node traced",
              "balance: traced");
      besideTheFilters(port, node, collector);
      // Its last words; otherwise it speaks once a minute.
      context.getBean(OtlpMeterRegistry.class).close();
      Eventually.eventually("metrics", () -> sent(collector, "/v1/metrics").isPresent());
      assertThat(sent(collector, "/v1/metrics").orElseThrow())
          .contains("gen_ai.client.operation.duration", "gen_ai.client.token.usage", "a-model");
    }
  }

  private static void besideTheFilters(String port, FakeUpstream node, FakeUpstream collector) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      Eventually.eventually("passed", () -> manyAreAnswered(client, port));
    }
    String told = String.valueOf(node.calls().getLast().header("traceparent"));
    assertThat(told).startsWith("00-" + TRACE + "-").isNotEqualTo(CALLER);
    Eventually.eventually(
        "its span",
        () ->
            collector.calls().stream()
                .map(FakeUpstream.Call::body)
                .anyMatch(body -> body.contains("/bare/traced") && body.contains("bypass")));
  }

  /** Whether the last of some did not need the filters any more. */
  private static boolean manyAreAnswered(HttpClient client, String port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/bare/traced?q=1"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("traceparent", CALLER)
            .build();
    String last = "";
    for (int i = 0; i < 30; i++) {
      last =
          client
              .sendAsync(request, BodyHandlers.ofString())
              .join()
              .headers()
              .firstValue("Cache-Status")
              .orElse("");
    }
    return last.endsWith("detail=passed");
  }

  private static HttpResponse<String> chat(String port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
              .header("traceparent", CALLER)
              .POST(BodyPublishers.ofString(CHAT.formatted("a-model")))
              .build(),
          BodyHandlers.ofString());
    }
  }

  private static Optional<String> sent(FakeUpstream collector, String path) {
    return collector.calls().stream()
        .filter(call -> call.uri().equals(path))
        .map(FakeUpstream.Call::body)
        .findFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
      })
  void aFieldThatIsNotATraceParentIsNone(String field) {
    assertThat(TraceParent.of(field)).isEmpty();
  }
}
