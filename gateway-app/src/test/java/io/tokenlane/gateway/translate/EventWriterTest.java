package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Streams of chat completions as events of both other interfaces. */
final class EventWriterTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  static Stream<Dialect> dialects() {
    return Stream.of(new Messages(), new Responses());
  }

  private static List<JsonNode> events(Dialect dialect, String... data) {
    EventWriter writer = dialect.events(Json.object("model", "m"));
    Stream.of(data).forEach(writer::take);
    return writer
        .drain()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> MAPPER.readTree(line.substring(6)))
        .toList();
  }

  private static String chunk(String delta) {
    return "{\"id\":\"chatcmpl-1\",\"model\":\"m\",\"error\":null,\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + "}]}";
  }

  private static String piece(int index, String more, String arguments) {
    return "{\"index\":" + index + more + ",\"function\":{" + arguments + "}}";
  }

  private static String calls(String... pieces) {
    return chunk("{\"tool_calls\":[" + String.join(",", pieces) + "]}");
  }

  private static String ended(String finish) {
    return "{\"id\":\"chatcmpl-1\",\"choices\":[{\"delta\":{},\"finish_reason\":\""
        + finish
        + "\"}]}";
  }

  /** As they come from a stream that broke off: the error, then the end that all streams have. */
  @ParameterizedTest
  @MethodSource("dialects")
  void nothingFollowsAnError(Dialect dialect) {
    List<JsonNode> events =
        events(
            dialect,
            chunk("{\"content\":\"a\"}"),
            "{\"error\":{\"message\":\"broke\"}}",
            chunk("{\"content\":\"b\"}"),
            "[DONE]");

    JsonNode last = events.getLast();
    assertThat(last.path("type").asString()).isIn("error", "response.failed");
    assertThat(last.toString()).contains("broke");
    assertThat(events.toString()).doesNotContain("message_stop", "response.completed", "\"b\"");
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void anErrorMayBeAText(Dialect dialect) {
    assertThat(events(dialect, "{\"error\":\"broke\"}").getLast().toString()).contains("broke");
  }

  /** Where a tool is forced the chat says that it stopped. */
  @Test
  void callsAreWhatAMessageStoppedFor() {
    String piece = piece(0, ",\"id\":\"a\"", "\"name\":\"f\",\"arguments\":\"{}\"");
    assertThat(reason(events(new Messages(), calls(piece), ended("stop"), "[DONE]")))
        .isEqualTo("tool_use");
    assertThat(reason(events(new Messages(), calls(piece), ended("length"), "[DONE]")))
        .isEqualTo("max_tokens");
    assertThat(
            reason(events(new Messages(), chunk("{\"content\":\"a\"}"), ended("stop"), "[DONE]")))
        .isEqualTo("end_turn");
    ObjectNode whole =
        (ObjectNode)
            MAPPER.readTree(
                "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"tool_calls\":[{\"id\":\"a\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}");
    assertThat(new Messages().answer(Json.object(), whole).path("stop_reason").asString())
        .isEqualTo("tool_use");
  }

  private static String reason(List<JsonNode> events) {
    return events.get(events.size() - 2).path("delta").path("stop_reason").asString();
  }

  @Test
  void piecesOfCallsThatComeMixedAreOneMessageBlockAfterTheOther() {
    List<JsonNode> events = events(new Messages(), mixed());
    StringBuilder seen = new StringBuilder();
    for (JsonNode event : events) {
      switch (event.path("type").asString()) {
        case "content_block_start" ->
            seen.append(event.path("content_block").path("id").asString())
                .append(event.path("content_block").path("name").asString());
        case "content_block_delta" ->
            seen.append(event.path("delta").path("partial_json").asString());
        case "content_block_stop" -> seen.append(';');
        default -> {}
      }
    }
    assertThat(seen.toString()).isEqualTo("af{\"x\":1};bg{\"y\":2};ch{};");
  }

  @Test
  void piecesOfCallsThatComeMixedAreOneResponseItemAfterTheOther() {
    JsonNode output = events(new Responses(), mixed()).getLast().path("response").path("output");
    StringBuilder seen = new StringBuilder();
    for (JsonNode item : output.values()) {
      seen.append(item.path("call_id").asString())
          .append(item.path("name").asString())
          .append(item.path("arguments").asString())
          .append(';');
    }
    assertThat(seen.toString()).isEqualTo("af{\"x\":1};bg{\"y\":2};ch{};");
  }

  private static String[] mixed() {
    return new String[] {
      calls(
          piece(0, ",\"id\":\"a\"", "\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\""),
          piece(1, ",\"id\":\"b\"", "\"name\":\"g\",\"arguments\":\"{\\\"y\\\"\"")),
      calls(piece(0, "", "\"arguments\":\":1\""), piece(1, "", "\"arguments\":\":\"")),
      calls(piece(1, "", "\"arguments\":\"2\""), piece(0, "", "\"arguments\":\"}\"")),
      calls(piece(1, "", "\"arguments\":\"}\"")),
      calls(piece(2, ",\"id\":\"c\"", "\"name\":\"h\",\"arguments\":\"{}\"")),
      ended("tool_calls"),
      "[DONE]"
    };
  }

  @Test
  void anErrorThatIsNullIsNone() {
    assertThat(Json.tellsError(MAPPER.readTree("{\"error\":null,\"choices\":[]}"))).isFalse();
    assertThat(Json.tellsError(MAPPER.readTree("{\"choices\":[]}"))).isFalse();
    assertThat(Json.tellsError(MAPPER.readTree("{\"error\":{}}"))).isTrue();
    assertThat(Json.tellsError(MAPPER.readTree("{\"error\":\"x\"}"))).isTrue();
  }

  @Test
  void whatIsForTheGatewayOrItsNodesIsKept() {
    String ours =
        "\"tokenlane\":{\"priority\":5},\"cache_salt\":\"s\",\"seed\":7,\"top_k\":3,"
            + "\"chat_template_kwargs\":{\"a\":1}}";
    String messages =
        "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]," + ours;
    for (Translation translation :
        List.of(
            new Messages().request((ObjectNode) MAPPER.readTree(messages)),
            new Responses().request((ObjectNode) MAPPER.readTree("{\"input\":\"x\"," + ours)))) {
      ObjectNode chat = translation.chat();
      assertThat(chat.path("tokenlane").path("priority").asInt()).isEqualTo(5);
      assertThat(chat.path("cache_salt").asString()).isEqualTo("s");
      assertThat(chat.path("seed").asInt()).isEqualTo(7);
      assertThat(chat.path("top_k").asInt()).isEqualTo(3);
      assertThat(chat.path("chat_template_kwargs").path("a").asInt()).isEqualTo(1);
    }
  }
}
