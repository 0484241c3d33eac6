package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's messages and OpenAI's responses before nodes that speak chat completions. */
final class TranslateTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static final String CHAT =
      """
      {"id":"chatcmpl-7","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,
       "message":{"role":"assistant","reasoning_content":"hm","content":"Hello.","tool_calls":[
        {"id":"call_1","type":"function","function":{"name":"add","arguments":"{\\"a\\":1}"}}]},
       "finish_reason":"tool_calls"}],
       "usage":{"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,
        "prompt_tokens_details":{"cached_tokens":6},
        "completion_tokens_details":{"reasoning_tokens":1}}}""";

  private static final List<String> CHUNKS =
      List.of(
          delta("{\"role\":\"assistant\",\"content\":\"\"}", "null"),
          delta("{\"reasoning_content\":\"h\"}", "null"),
          delta("{\"reasoning_content\":\"m\"}", "null"),
          delta("{\"content\":\"Hel\"}", "null"),
          delta("{\"content\":\"lo.\"}", "null"),
          delta(
              "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                  + "\"function\":{\"name\":\"add\",\"arguments\":\"\"}}]}",
              "null"),
          delta(
              "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]}",
              "null"),
          delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}", "null"),
          delta("{}", "\"tool_calls\""),
          "data: {\"id\":\"chatcmpl-7\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,"
              + "\"completion_tokens\":4,\"total_tokens\":14}}\n\n",
          "data: [DONE]\n\n");

  private static String delta(String delta, String finish) {
    return "data: {\"id\":\"chatcmpl-7\",\"created\":5,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  private final RunningGateway gateway = RunningGateway.fresh();

  private HttpResponse<String> post(String path, String body, FakeUpstream.Behaviour behaviour) {
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
    return gateway.send(gateway.request(path).POST(BodyPublishers.ofString(body)));
  }

  private JsonNode asked() {
    List<FakeUpstream.Call> calls =
        gateway.one.calls().isEmpty() ? gateway.two.calls() : gateway.one.calls();
    assertThat(calls).hasSize(1);
    assertThat(calls.getFirst().uri()).isEqualTo("/v1/chat/completions");
    return MAPPER.readTree(calls.getFirst().body());
  }

  private static List<JsonNode> events(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return response
        .body()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> MAPPER.readTree(line.substring(6)))
        .toList();
  }

  private static String types(List<JsonNode> events) {
    return events.stream()
        .map(event -> event.path("type").asString())
        .collect(Collectors.joining(" "));
  }

  @Test
  void aMessageIsAChat() {
    HttpResponse<String> response =
        post(
            "/v1/messages",
            """
            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"Be brief."}],"stop_sequences":["X"],
             "temperature":0.5,"metadata":{"user_id":"u"},
             "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},
             "tools":[{"name":"add","description":"d","strict":true,"input_schema":{"type":"object"}}],
             "tool_choice":{"type":"any","disable_parallel_tool_use":true},
             "messages":[{"role":"user","content":"1+1?"},
              {"role":"assistant","content":[{"type":"text","text":"Let me."},
               {"type":"tool_use","id":"c","name":"add","input":{"a":1}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"2"},
               {"type":"text","text":"And?"}]}]}""",
            FakeUpstream.ok(CHAT));

    assertThat(asked())
        .isEqualTo(
            MAPPER.readTree(
                """
                {"model":"m","temperature":0.5,"max_tokens":9,"stop":["X"],
                 "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"1+1?"},
                  {"role":"assistant","content":"Let me.","tool_calls":[{"id":"c","type":"function",
                   "function":{"name":"add","arguments":"{\\"a\\":1}"}}]},
                  {"role":"tool","tool_call_id":"c","content":"2"},{"role":"user","content":"And?"}],
                 "tools":[{"type":"function","function":{"name":"add","description":"d",
                  "strict":true,"parameters":{"type":"object"}}}],
                 "response_format":{"type":"json_schema","json_schema":{"name":"answer",
                  "schema":{"type":"object"},"strict":true}},"reasoning_effort":"low",
                 "tool_choice":"required","parallel_tool_calls":false,"user":"u"}"""));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(MAPPER.readTree(response.body()))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"id":"msg_7","type":"message","role":"assistant","model":"m","content":[
                  {"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Hello."},
                  {"type":"tool_use","id":"call_1","name":"add","input":{"a":1}}],
                 "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":4,
                  "cache_creation_input_tokens":0,"cache_read_input_tokens":6,"output_tokens":4}}"""));
  }

  @Test
  void aStreamedMessageIsAStreamedChat() {
    List<JsonNode> events =
        events(
            post(
                "/v1/messages",
                "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                FakeUpstream.events(Flux.fromIterable(CHUNKS))));

    assertThat(asked().path("stream_options").path("include_usage").asBoolean(false)).isTrue();
    assertThat(types(events))
        .isEqualTo(
            "message_start content_block_start content_block_delta content_block_delta"
                + " content_block_stop content_block_start content_block_delta content_block_delta"
                + " content_block_stop content_block_start content_block_delta content_block_delta"
                + " content_block_stop message_delta message_stop");
    assertThat(events.get(11).path("delta").path("partial_json").asString()).isEqualTo("1}");
    assertThat(events.get(13).path("delta").path("stop_reason").asString()).isEqualTo("tool_use");
    assertThat(events.get(13).path("usage").path("output_tokens").asInt()).isEqualTo(4);
  }

  @Test
  void aResponseIsAChat() {
    HttpResponse<String> response =
        post(
            "/v1/responses",
            """
            {"model":"m","instructions":"Be brief.","max_output_tokens":9,"reasoning":{"effort":"low"},
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
             "tools":[{"type":"function","name":"add","parameters":{"type":"object"}}],
             "input":[{"role":"user","content":[{"type":"input_text","text":"1+1?"}]},
              {"role":"assistant","content":[{"type":"output_text","text":"Let me."}]},
              {"type":"function_call","call_id":"a","name":"add","arguments":"{}"},
              {"type":"function_call","call_id":"b","name":"add","arguments":"{}"},
              {"type":"function_call_output","call_id":"a","output":"2"}]}""",
            FakeUpstream.ok(CHAT));

    assertThat(asked())
        .isEqualTo(
            MAPPER.readTree(
                """
                {"model":"m","max_completion_tokens":9,"reasoning_effort":"low",
                 "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"1+1?"},
                  {"role":"assistant","content":"Let me.","tool_calls":[
                   {"id":"a","type":"function","function":{"name":"add","arguments":"{}"}},
                   {"id":"b","type":"function","function":{"name":"add","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"a","content":"2"}],
                 "tools":[{"type":"function","function":{"name":"add","parameters":{"type":"object"}}}],
                 "response_format":{"type":"json_schema","json_schema":{"name":"n",
                  "schema":{"type":"object"},"strict":true}}}"""));
    JsonNode answer = MAPPER.readTree(response.body());
    assertThat(answer.path("id").asString()).isEqualTo("resp_7");
    assertThat(answer.path("status").asString()).isEqualTo("completed");
    assertThat(types(List.copyOf(answer.path("output").values())))
        .isEqualTo("reasoning message function_call");
    assertThat(answer.path("output").get(2).path("call_id").asString()).isEqualTo("call_1");
    assertThat(answer.path("usage").path("input_tokens_details").path("cached_tokens").asInt())
        .isEqualTo(6);
  }

  @Test
  void aStreamedResponseIsAStreamedChat() {
    List<JsonNode> events =
        events(
            post(
                "/v1/responses",
                "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}",
                FakeUpstream.events(Flux.fromIterable(CHUNKS))));

    assertThat(types(events))
        .isEqualTo(
            "response.created response.in_progress response.output_item.added"
                + " response.reasoning_text.delta response.reasoning_text.delta"
                + " response.reasoning_text.done response.output_item.done"
                + " response.output_item.added response.content_part.added"
                + " response.output_text.delta response.output_text.delta response.output_text.done"
                + " response.content_part.done response.output_item.done"
                + " response.output_item.added response.function_call_arguments.delta"
                + " response.function_call_arguments.delta response.function_call_arguments.done"
                + " response.output_item.done response.completed");
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
    }
    JsonNode whole = events.getLast().path("response");
    assertThat(types(List.copyOf(whole.path("output").values())))
        .isEqualTo("reasoning message function_call");
    assertThat(whole.path("output").get(2).path("arguments").asString()).isEqualTo("{\"a\":1}");
    assertThat(whole.path("usage").path("total_tokens").asInt()).isEqualTo(14);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/messages | {\"model\":\"m\",\"messages\":[]} | max_tokens: missing",
        "/v1/messages | {\"max_tokens\":1,\"messages\":[]} | messages: array (expected: at least",
        "/v1/messages | {\"max_tokens\":1,\"messages\":[{\"role\":\"x\"}]} | messages[0].role: x",
        "/v1/messages | {\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":"
            + "[{\"type\":\"audio\"}]}]} | messages[0].content[0].type: audio",
        "/v1/messages | {\"max_tokens\":1,\"tools\":{\"a\":1},\"messages\":[{\"role\":\"user\",\"content\":"
            + "\"x\"}]} | tools: object (expected: a list of tools)",
        "/v1/messages | {\"max_tokens\":1,\"system\":{\"text\":\"x\"},\"messages\":[{\"role\":\"user\","
            + "\"content\":\"x\"}]} | system: object (expected: a text or a list of text blocks)",
        "/v1/messages | {\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":"
            + "[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":{\"a\":1}}]}]} | "
            + "messages[0].content[0].content: object (expected: a text or a list of text blocks)",
        "/v1/responses | {\"input\":\"x\",\"tools\":{\"a\":1}} | tools: object (expected: a list of",
        "/v1/responses | {\"input\":[{\"role\":\"user\",\"content\":{\"text\":\"x\"}}]} | "
            + "input[0].content: object (expected: a text or a list of parts)",
        "/v1/responses | {\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":"
            + "{\"a\":1}}]} | input[0].output: object (expected: a text or a list of parts)",
        "/v1/responses | {\"model\":\"m\"} | input: missing",
        "/v1/responses | {\"input\":\"x\",\"previous_response_id\":\"r\"} | previous_response_id: r",
        "/v1/responses | {\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]} | tools[0].type: web"
      })
  void whatChatsCannotDoIsRefusedInTheClientsShape(String path, String body, String message) {
    HttpResponse<String> response = post(path, body, FakeUpstream.ok(CHAT));

    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = MAPPER.readTree(response.body());
    assertThat(error.path("error").path("message").asString()).startsWith(message);
    assertThat(error.path("type").asString("")).isEqualTo(path.endsWith("messages") ? "error" : "");
  }

  @Test
  void aNodesErrorIsPutIntoTheClientsShape() {
    String error = "{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\"}}";
    HttpResponse<String> response =
        post(
            "/v1/messages",
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            (call, answer) ->
                answer
                    .status(400)
                    .header("Content-Type", "application/json")
                    .sendString(Flux.just(error))
                    .then());

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(MAPPER.readTree(response.body()))
        .isEqualTo(
            MAPPER.readTree(
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
                    + "\"message\":\"too long\"}}"));
  }

  @Test
  void theSameQuestionByBothInterfacesIsOneStoredAnswer() {
    String messages =
        "{\"model\":\"m\",\"max_tokens\":9,\"temperature\":0,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    post("/v1/messages", messages, FakeUpstream.ok(CHAT));

    HttpResponse<String> chat = gateway.chat(messages);

    assertThat(RunningGateway.header(chat, "Cache-Status")).contains("; hit");
    assertThat(MAPPER.readTree(chat.body()).path("object").asString()).isEqualTo("chat.completion");
  }
}
