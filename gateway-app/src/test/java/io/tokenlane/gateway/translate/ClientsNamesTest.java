package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Refusals name what the client has sent, in its interface's shape and classes. */
final class ClientsNamesTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String ERROR =
      "{\"error\":{\"message\":\"%1$s: 5 (expected:"
          + " else)\",\"type\":\"t\",\"param\":\"%1$s\",\"code\":\"c\"}}";

  private static final ObjectNode RESPONSE =
      json(
          """
          {"instructions": "i", "input": [{"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "d"}]}""");
  private static final ObjectNode MESSAGE =
      json(
          """
          {"max_tokens": 5, "system": "s", "messages": [{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t", "content": "c"},
            {"type": "text", "text": "u"}]}, {"role": "assistant", "content": "a"}]}""");

  private static ObjectNode json(String text) {
    return (ObjectNode) MAPPER.readTree(text);
  }

  private static void named(Dialect dialect, ObjectNode body, String ours, String theirs) {
    JsonNode error = dialect.request(body).named(json(ERROR.formatted(ours))).path("error");
    assertThat(error.path("param").asString()).isEqualTo(theirs);
    assertThat(error.path("message").asString()).isEqualTo(theirs + ": 5 (expected: else)");
  }

  @ParameterizedTest
  @CsvSource({
    "max_completion_tokens, max_output_tokens",
    "max_tokens, max_output_tokens",
    "messages, input",
    "messages[0].content, instructions",
    "messages[1].content[0].type, input[0]",
    "messages[2].tool_calls[0].function.arguments, input[1]",
    "messages[3].content, input[3]",
    "response_format.json_schema.schema.properties.a, text.format.schema.properties.a",
    "response_format.type, text.format.type",
    "tools[2].function.parameters.type, tools[2].parameters.type",
    "tool_choice.function.name, tool_choice.name",
    "reasoning_effort, reasoning.effort",
    "temperature, temperature",
  })
  void inResponses(String ours, String theirs) {
    named(new Responses(), RESPONSE, ours, theirs);
  }

  @ParameterizedTest
  @CsvSource({
    "stop[0], stop_sequences[0]",
    "stop, stop_sequences",
    "max_tokens, max_tokens",
    "messages[0].content, system",
    "messages[1].content, messages[0].content[0]",
    "messages[2].content, messages[0]",
    "messages[3].content, messages[1]",
    "messages, messages",
    "response_format.json_schema.schema.type, output_config.format.schema.type",
    "tools[0].function.parameters.type, tools[0].input_schema.type",
    "tools[0].function.name, tools[0].name",
    "user, metadata.user_id",
    "parallel_tool_calls, tool_choice.disable_parallel_tool_use",
  })
  void inMessages(String ours, String theirs) {
    named(new Messages(), MESSAGE, ours, theirs);
  }

  private final RunningGateway gateway = RunningGateway.fresh();

  private JsonNode post(String path, String body, int status, String answer) {
    FakeUpstream.Behaviour refuses =
        (call, response) ->
            response
                .status(status)
                .header("Content-Type", "application/json")
                .sendString(Flux.just(answer))
                .then();
    gateway.one.answers(refuses);
    gateway.two.answers(refuses);
    HttpResponse<String> got =
        gateway.send(gateway.request(path).POST(BodyPublishers.ofString(body)));
    assertThat(got.statusCode()).isEqualTo(status);
    return MAPPER.readTree(got.body());
  }

  @Test
  void onTheWire() {
    String body = "{\"model\":\"m\",\"input\":\"x\",\"max_output_tokens\":5}";
    String error = ERROR.formatted("max_completion_tokens");
    JsonNode told = post("/v1/responses", body, 400, error).path("error");
    assertThat(told.path("param").asString()).isEqualTo("max_output_tokens");
    assertThat(told.path("message").asString()).startsWith("max_output_tokens: 5");
    JsonNode own = post("/v1/responses", "{\"model\":\"m\",\"input\":5}", 400, error).path("error");
    assertThat(own.path("param").asString()).isEqualTo("input");
    assertThat(own.path("code").asString()).isEqualTo("invalid_value");
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error",
    "401, authentication_error",
    "403, permission_error",
    "404, not_found_error",
    "413, request_too_large",
    "429, rate_limit_error",
    "500, api_error",
    "529, overloaded_error",
  })
  void aNodesErrorsHaveAnthropicsClasses(int status, String type) {
    JsonNode told =
        post(
            "/v1/messages",
            "{\"model\":\"m\"," + MESSAGE.toString().substring(1),
            status,
            ERROR.formatted("stop"));
    assertThat(told.path("type").asString()).isEqualTo("error");
    assertThat(told.path("error").path("type").asString()).isEqualTo(type);
    assertThat(told.path("error").path("message").asString()).startsWith("stop_sequences: 5");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/messages/count_tokens, error",
    "/v1/messages/batches, error",
    "/v1/messagesX, ''"
  })
  void pathsBelowHaveAnthropicsShapeToo(String path, String type) {
    JsonNode told = post(path, "{}", 404, ERROR.formatted("x"));
    assertThat(told.path("type").asString("")).isEqualTo(type);
    assertThat(told.path("error").path("message").asString()).startsWith("x: 5");
    assertThat(told.path("error").path("type").asString())
        .isEqualTo(type.isEmpty() ? "t" : "not_found_error");
  }
}
