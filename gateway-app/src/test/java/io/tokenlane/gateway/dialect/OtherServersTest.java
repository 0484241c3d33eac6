package io.tokenlane.gateway.dialect;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.GatewayApplication;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** llama.cpp's server, vLLM and Ollama as nodes, by what they send; nothing configured but uris. */
final class OtherServersTest {
  private static final Path LOG = Path.of("target", "others-" + System.nanoTime() + ".log");
  private static final String CHAT = "/v1/chat/completions";

  private static final WireMockServer LLAMA = server();
  private static final WireMockServer VLLM = server();
  private static final WireMockServer OLLAMA = server();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static ConfigurableApplicationContext gateway;

  private static WireMockServer server() {
    WireMockServer server = new WireMockServer(options().dynamicPort());
    server.start();
    return server;
  }

  @BeforeAll
  static void start() {
    speakAsTheyDo();
    gateway =
        new SpringApplicationBuilder(GatewayApplication.class)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--tokenlane.nodes[0].id=llama",
                "--tokenlane.nodes[0].uri=" + LLAMA.baseUrl(),
                "--tokenlane.nodes[1].id=vllm",
                "--tokenlane.nodes[1].uri=" + VLLM.baseUrl(),
                "--tokenlane.nodes[2].id=ollama",
                "--tokenlane.nodes[2].uri=" + OLLAMA.baseUrl(),
                "--tokenlane.nodes[2].api_key=sesame",
                "--tokenlane.log.access=" + LOG,
                "--tokenlane.balance.health.interval=100ms",
                "--tokenlane.balance.discovery_interval=100ms");
  }

  /** The gateway stays: to close it would end the event loops that all gateways share. */
  @AfterAll
  static void stop() {
    List.of(LLAMA, VLLM, OLLAMA).forEach(WireMockServer::stop);
  }

  @BeforeEach
  void allServe() {
    List.of(LLAMA, VLLM, OLLAMA).forEach(WireMockServer::resetAll);
    speakAsTheyDo();
    Eventually.eventually("three nodes serve", () -> serving() == 3);
    Eventually.eventually("four models", () -> models().size() == 4);
  }

  private static void speakAsTheyDo() {
    LLAMA.stubFor(get("/health").willReturn(json(200, "{\"status\":\"ok\"}")));
    VLLM.stubFor(get("/health").willReturn(aResponse().withStatus(200)));
    OLLAMA.stubFor(get("/").willReturn(aResponse().withBody("Ollama is running")));
    stub(LLAMA, "llama-cpp");
    stub(VLLM, "vllm");
    stub(OLLAMA, "ollama");
  }

  private static void stub(WireMockServer server, String name) {
    server.stubFor(get("/v1/models").willReturn(json(200, wire(name + "/models.json"))));
    server.stubFor(
        post(CHAT)
            .withRequestBody(matchingJsonPath("$.stream_options[?(@.include_usage == true)]"))
            .willReturn(
                aResponse()
                    .withHeader("Content-Type", "text/event-stream")
                    .withBody(wire(name + "/chat.sse"))));
  }

  private static ResponseDefinitionBuilder json(int status, String body) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/json")
        .withBody(body);
  }

  private static String wire(String name) {
    try (InputStream in = OtherServersTest.class.getResourceAsStream("/wires/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long serving() {
    return gateway.getBean(NodePool.class).snapshot().stream()
        .filter(node -> node.state().serves())
        .count();
  }

  private static HttpRequest.Builder request(String path) {
    String port = gateway.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    return CLIENT.sendAsync(request.build(), BodyHandlers.ofString()).join();
  }

  private static HttpResponse<String> chat(String model, String more) {
    String body =
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
            .formatted(model, more);
    return send(
        request(CHAT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static List<String> models() {
    List<String> ids = new ArrayList<>();
    tree(send(request("/v1/models")).body())
        .path("data")
        .forEach(each -> ids.add(each.path("id").stringValue()));
    return ids;
  }

  private static JsonNode tree(String json) {
    return JsonMapper.shared().readTree(json);
  }

  @Test
  void theirListsAreMerged() {
    assertThat(models())
        .containsExactlyInAnyOrder("tiny.gguf", "Qwen/Qwen3-8B", "sql-lora", "llama3.2:latest");
    HttpResponse<String> one = send(request("/v1/models/Qwen/Qwen3-8B"));
    assertThat(tree(one.body()).path("owned_by").stringValue()).isEqualTo("vllm");
    Eventually.eventually(
        "Ollama is asked with its key",
        () ->
            !OLLAMA
                .findAll(
                    getRequestedFor(urlEqualTo("/v1/models"))
                        .withHeader("Authorization", equalTo("Bearer sesame")))
                .isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "tiny.gguf,      llama,  11, 2",
    "Qwen/Qwen3-8B,  vllm,   21, 4",
    "sql-lora,       vllm,   21, 4",
    "llama3.2,       ollama, 31, 3",
    "llama3.2:latest,ollama, 31, 3",
  })
  void aCallGoesToWhoHasTheModelAndItsUsageIsRead(String model, String node, int in, int out)
      throws IOException {
    HttpResponse<String> answer = chat(model, ",\"stream\":true");

    assertThat(answer.headers().firstValue("x-tokenlane-node")).hasValue(node);
    assertThat(answer.body()).contains("Hello").endsWith("data: [DONE]\n\n");
    assertThat(answer.body()).doesNotContain("\"usage\"");
    String id = answer.headers().firstValue("x-request-id").orElseThrow();
    Eventually.eventually("a line of the log", () -> logged(id).contains("\"status\":200"));
    assertThat(logged(id))
        .contains("\"input_tokens\":" + in)
        .contains("\"output_tokens\":" + out)
        .doesNotContain("\"estimated\":true");
  }

  private static String logged(String id) {
    if (!Files.exists(LOG)) {
      return "";
    }
    try {
      return Files.readAllLines(LOG).stream()
          .filter(line -> line.contains(id))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void usageStaysWhereTheClientAskedForIt() {
    HttpResponse<String> answer =
        chat("sql-lora", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    assertThat(answer.body()).contains("\"completion_tokens\":4").contains("\"cached_tokens\":16");
  }

  @ParameterizedTest
  @CsvSource({
    "vllm,   Qwen/Qwen3-8B,   vllm/not-found.json,       404, model_not_found",
    "vllm,   Qwen/Qwen3-8B,   vllm/bad-request.json,     400,                ",
    "llama,  tiny.gguf,       llama-cpp/too-long.json,   400,                ",
    "ollama, llama3.2:latest, ollama/not-found.json,     404,                ",
    "ollama, llama3.2:latest, ollama/own-not-found.json, 404, model_not_found",
  })
  void theirErrorsComeInOpenAisShape(
      String node, String model, String wire, int status, @Nullable String code) {
    server(node).stubFor(post(CHAT).willReturn(json(status, wire(wire))));

    HttpResponse<String> answer = chat(model, "");

    assertThat(answer.statusCode()).isEqualTo(status);
    JsonNode error = tree(answer.body()).path("error");
    assertThat(error.path("message").stringValue()).isNotBlank();
    assertThat(error.path("type").isString()).isTrue();
    assertThat(error.has("param")).isTrue();
    assertThat(error.path("code").asString(null)).isEqualTo(code);
  }

  private static WireMockServer server(String node) {
    return switch (node) {
      case "llama" -> LLAMA;
      case "vllm" -> VLLM;
      default -> OLLAMA;
    };
  }

  @Test
  void aServerThatStillLoadsIsNotAsked() {
    LLAMA.stubFor(get("/health").willReturn(json(503, wire("llama-cpp/loading.json"))));
    Eventually.eventually("two nodes serve", () -> serving() == 2);

    assertThat(chat("tiny.gguf", ",\"stream\":true").statusCode()).isEqualTo(503);

    LLAMA.verify(0, postRequestedFor(urlEqualTo(CHAT)));
  }
}
