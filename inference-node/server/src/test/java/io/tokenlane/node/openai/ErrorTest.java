package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(RunningNode.class)
class ErrorTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String PLAIN = "/v1/completions";

  private final NodeClient node;

  ErrorTest(NodeClient node) {
    this.node = node;
  }

  /**
   * @param status expected
   * @param param expected, or null
   * @param code expected, or null
   * @param message what the message must contain
   */
  record Case(
      String path,
      String body,
      int status,
      @Nullable String param,
      @Nullable String code,
      String message) {}

  static Stream<Case> malformed() {
    return Stream.of(
        new Case(CHAT, "not json", 400, null, "not_json", "body: not JSON at line 1, column"),
        new Case(CHAT, "", 400, null, "invalid_body", "body: "),
        new Case(CHAT, "[1]", 400, null, "invalid_body", "body: not a JSON object"),
        new Case(CHAT, "{\"messages\": [}", 400, null, "not_json", "body: not JSON"),
        new Case(CHAT, "[".repeat(500), 400, null, "not_json", "body: not JSON"),
        new Case(CHAT, "{} {}", 400, null, "not_json", "body: not JSON"),
        chat("", "messages", "messages: missing (expected: an array of messages)"),
        chat("\"messages\": []", "messages", "messages: []"),
        chat("\"messages\": \"hi\"", "messages", "messages: \"hi\""),
        message("7", "messages[0]", "messages[0]: 7 (expected: an object)"),
        message("{\"content\": \"x\"}", "messages[0].role", "missing"),
        message("{\"role\": \"wizard\", \"content\": \"x\"}", "messages[0].role", "\"wizard\""),
        message(
            "{\"role\": \"user\", \"content\": 42}",
            "messages[0].content",
            "messages[0].content: 42 (expected: a string or an array of parts)"),
        message(
            "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}",
            "messages[0].content[0].type",
            "image_url (expected: text)"));
  }

  static Stream<Case> outOfRange() {
    return Stream.of(
        option("\"temperature\": 3", "temperature", "temperature: 3.0 (expected: 0 to 2)"),
        option("\"temperature\": \"hot\"", "temperature", "\"hot\""),
        option("\"temperature\": 1e999", "temperature", "(expected: 0 to 2)"),
        option("\"temperature\": 1" + "0".repeat(400), "temperature", "(expected: 0 to 2)"),
        option("\"logit_bias\": {\"5\": 1" + "0".repeat(400) + "}", "logit_bias.5", "-100 to 100"),
        option("\"seed\": 1" + "0".repeat(400), "seed", "a whole number of 64 bits"),
        option("\"top_p\": 0", "top_p", "top_p: 0.0"),
        option("\"top_k\": 1.5", "top_k", "top_k: 1.5"),
        option("\"min_p\": -1", "min_p", "min_p: -1.0"),
        option("\"max_tokens\": -3", "max_tokens", "max_tokens: -3 (expected: a whole number, 1 "),
        option("\"max_completion_tokens\": 0", "max_completion_tokens", ": 0"),
        option("\"n\": 0", "n", "n: 0"),
        option("\"n\": 1000", "n", "n: 1000"),
        option("\"stop\": 5", "stop", "stop: 5"),
        option("\"stop\": [\"\"]", "stop", "stop: "),
        option("\"stream\": \"yes\"", "stream", "\"yes\" (expected: true or false)"),
        option("\"stream_options\": 1", "stream_options", "stream_options: 1"),
        option("\"seed\": \"x\"", "seed", "seed: \"x\""),
        option("\"frequency_penalty\": 9", "frequency_penalty", "-2 to 2"),
        option("\"presence_penalty\": -9", "presence_penalty", "-2 to 2"),
        option("\"repetition_penalty\": 0", "repetition_penalty", "> 0"),
        option("\"logit_bias\": {\"x\": 1}", "logit_bias", "logit_bias: x"),
        option("\"logit_bias\": {\"1601\": 1}", "logit_bias", "0 to 1600"),
        option("\"logit_bias\": {\"5\": 101}", "logit_bias.5", "-100 to 100"),
        option("\"logprobs\": 2", "logprobs", "true or false"),
        option("\"add_special_tokens\": \"x\"", "add_special_tokens", "true or false"),
        option("\"add_special_tokens\": {}", "add_special_tokens", "true or false"),
        option("\"top_logprobs\": 2", "top_logprobs", "unless logprobs is true"),
        option("\"logprobs\": true, \"top_logprobs\": 21", "top_logprobs", "0 to 20"),
        option("\"tokenlane\": {\"priority\": \"x\"}", "tokenlane.priority", "\"x\""),
        option("\"response_format\": {\"type\": \"xml\"}", "response_format.type", "json_object"),
        option("\"tool_choice\": \"required\"", "tool_choice", "absent where there are no tools"),
        option("\"tools\": [{\"type\": \"custom\"}]", "tools[0].type", "function"),
        option("\"modalities\": [\"audio\"]", "modalities", "[\"text\"]"),
        option("\"service_tier\": \"gold\"", "service_tier", "auto, default"),
        option("\"metadata\": {\"a\": 1}", "metadata.a", "a string"),
        option("\"stream_options\": {}", "stream_options", "unless stream is true"),
        option("\"model\": 4", "model", "model: 4 (expected: a string)"));
  }

  static Stream<Case> plainCompletions() {
    String long1024 = "\"" + "word ".repeat(1200) + "\"";
    return Stream.of(
        plain("\"max_tokens\": 5", "prompt", "prompt: missing"),
        plain("\"prompt\": 5", "prompt", "prompt: 5"),
        plain("\"prompt\": []", "prompt", "at least one token"),
        plain("\"prompt\": \"\"", "prompt", "at least one token"),
        plain("\"prompt\": [1, -1]", "prompt[1]", "prompt[1]: -1 (expected: token ids, 0 to 1600)"),
        plain("\"prompt\": [\"a\", 3]", "prompt[1]", "prompt[1]: 3"),
        plain("\"prompt\": \"x\", \"suffix\": \"y\"", "suffix", "suffix: y"),
        plain("\"prompt\": \"x\", \"echo\": true, \"logprobs\": 1", "logprobs", "echo"),
        new Case(
            PLAIN,
            "{\"prompt\": " + long1024 + "}",
            400,
            "prompt",
            "context_length_exceeded",
            "of 1024 tokens)"),
        new Case(
            CHAT,
            "{\"messages\": [{\"role\": \"user\", \"content\": " + long1024 + "}]}",
            400,
            "messages",
            "context_length_exceeded",
            "of 1024 tokens)"),
        new Case(
            PLAIN,
            "{\"prompt\": \"x\", \"model\": \"gpt-9\"}",
            404,
            "model",
            "model_not_found",
            "model: gpt-9 (expected: tokenlane-demo)"),
        new Case("/v1/embeddings", "{}", 400, "input", "invalid_value", "input: missing"),
        new Case(
            "/v1/embeddings",
            "{\"input\": [\"x\"], \"dimensions\": 9999}",
            400,
            "dimensions",
            "invalid_value",
            "dimensions: 9999"),
        new Case(
            PLAIN,
            "{\"wizard\": 1}",
            400,
            "wizard",
            "unknown_parameter",
            "argument supplied: wizard"),
        new Case("/v1/nothing", "{}", 404, null, "unknown_url", "/v1/nothing"),
        new Case("/detokenize", "{\"tokens\": [9999]}", 400, "tokens[0]", "invalid_value", "9999"),
        new Case("/tokenize", "{}", 400, "prompt", "invalid_value", "missing"));
  }

  @ParameterizedTest
  @MethodSource({"malformed", "outOfRange", "plainCompletions"})
  void refuses(Case expected) {
    HttpResponse<String> response = node.send("POST", expected.path(), expected.body());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(expected.status());
    JsonNode error = NodeClient.parse(response.body()).get("error");
    assertThat(error.get("message").stringValue()).contains(expected.message());
    assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").stringValue(null)).isEqualTo(expected.param());
    assertThat(error.get("code").stringValue(null)).isEqualTo(expected.code());
    assertThat(response.body())
        .doesNotContain("Exception", "io.tokenlane", "tools.jackson", "java.");
  }

  @Test
  void knowsOneModel() {
    assertThat(node.get("/v1/models/tokenlane-demo").get("object").stringValue())
        .isEqualTo("model");
    HttpResponse<String> other = node.send("GET", "/v1/models/org/other", "");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(other.body()).contains("model: org/other (expected: tokenlane-demo)");
  }

  static Stream<Arguments> wrongMethods() {
    return Stream.of(
        Arguments.of("GET", CHAT, "POST"),
        Arguments.of("PUT", PLAIN, "POST"),
        Arguments.of("POST", "/v1/models", "GET"),
        Arguments.of("DELETE", "/v1/models/tokenlane-demo", "GET"));
  }

  @ParameterizedTest
  @MethodSource("wrongMethods")
  void refusesAnotherMethod(String method, String path, String allowed) {
    HttpResponse<String> response = node.send(method, path, "");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue(allowed);
    assertThat(NodeClient.parse(response.body()).at("/error/code").stringValue())
        .isEqualTo("method_not_allowed");
  }

  @Test
  void refusesAHugeBodyWithoutKeepingIt() {
    long size = 100L << 20;
    HttpRequest announced =
        HttpRequest.newBuilder(node.base().resolve(CHAT))
            .POST(
                BodyPublishers.fromPublisher(
                    BodyPublishers.ofInputStream(() -> spaces(size)), size))
            .build();
    HttpRequest chunked =
        HttpRequest.newBuilder(node.base().resolve(CHAT))
            .POST(BodyPublishers.ofInputStream(() -> spaces(size)))
            .build();
    for (HttpRequest request : new HttpRequest[] {announced, chunked}) {
      HttpResponse<String> response = node.send(request);
      assertThat(response.statusCode()).isEqualTo(413);
      assertThat(response.body()).contains("at most 16777216 bytes");
    }
    assertThat(node.get("/v1/models").get("data").size()).isEqualTo(1);
  }

  private static InputStream spaces(long size) {
    return new InputStream() {
      private long left = size;

      @Override
      public int read() {
        return left-- > 0 ? ' ' : -1;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        if (left <= 0) {
          return -1;
        }
        int count = (int) Math.min(left, length);
        Arrays.fill(bytes, offset, offset + count, (byte) ' ');
        left -= count;
        return count;
      }
    };
  }

  private static Case chat(String body, String param, String message) {
    return new Case(CHAT, "{" + body + "}", 400, param, "invalid_value", message);
  }

  private static Case message(String message, String param, String expected) {
    return chat("\"messages\": [" + message + "]", param, expected);
  }

  private static Case option(String option, String param, String expected) {
    return chat(
        option + ", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]", param, expected);
  }

  private static Case plain(String body, String param, String expected) {
    return new Case(PLAIN, "{" + body + "}", 400, param, "invalid_value", expected);
  }
}
