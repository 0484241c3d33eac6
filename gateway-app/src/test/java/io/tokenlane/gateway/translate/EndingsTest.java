package io.tokenlane.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How answers end: cut, refused, at a stop text; whole and streamed alike. */
final class EndingsTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String CALL =
      "'tool_calls': [{'index': 0, 'id': 'a', 'type': 'function',"
          + " 'function': {'name': 'f', 'arguments': '%s'}}]";
  private static final String CUT = CALL.formatted("{\\\"x");
  private static final String WHOLE = CALL.formatted("{}");

  private static JsonNode json(String text) {
    return MAPPER.readTree(text.replace('\'', '"'));
  }

  private static JsonNode whole(Dialect dialect, String message, String end) {
    String chat =
        "{'id': 'chatcmpl-1', 'choices': [{'message': {%s}, %s}]}".formatted(message, end);
    return dialect.answer(Json.object(), json(chat));
  }

  private static List<JsonNode> stream(Dialect dialect, String message, String end) {
    EventWriter writer = dialect.events(Json.object());
    String piece =
        "{'id': 'chatcmpl-1', 'choices': [{'delta': {%s}, 'finish_reason': null}]}"
            .formatted(message);
    String last = "{'id': 'chatcmpl-1', 'choices': [{'delta': {}, %s}]}".formatted(end);
    Stream.of(piece, last).forEach(chunk -> writer.take(json(chunk).toString()));
    writer.take("[DONE]");
    return writer
        .drain()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> MAPPER.readTree(line.substring(6)))
        .toList();
  }

  private static String finish(String reason) {
    return "'finish_reason': '" + reason + "'";
  }

  private static String statuses(JsonNode response) {
    return Stream.concat(Stream.of(response), response.path("output").values().stream())
        .map(item -> item.path("status").asString())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'content': 'a' | length | incomplete incomplete",
        "'reasoning_content': 'r', 'content': 'a' | length | incomplete completed incomplete",
        "'reasoning_content': 'r' | length | incomplete incomplete",
        "'content': 'a' | content_filter | incomplete incomplete",
        "'content': 'a' | stop | completed completed",
        "'content': 'a', CUT | length | incomplete completed incomplete",
        "'content': 'a', WHOLE | length | incomplete completed completed",
        "WHOLE | tool_calls | completed completed",
      })
  void whatIsCutIsIncomplete(String message, String reason, String statuses) {
    String said = message.replace("CUT", CUT).replace("WHOLE", WHOLE);
    assertThat(statuses(whole(new Responses(), said, finish(reason)))).isEqualTo(statuses);
    JsonNode last = stream(new Responses(), said, finish(reason)).getLast();
    assertThat(statuses(last.path("response"))).isEqualTo(statuses);
  }

  /** Nobody may take a call with broken arguments for one without arguments. */
  @Test
  void aCutCallIsNoToolUse() {
    JsonNode answer = whole(new Messages(), "'content': 'a', " + CUT, finish("length"));
    assertThat(answer.path("content").size()).isEqualTo(1);
    assertThat(answer.path("stop_reason").asString()).isEqualTo("max_tokens");
    JsonNode broken = whole(new Messages(), CUT, finish("tool_calls"));
    assertThat(broken.path("content").size()).isZero();
    assertThat(broken.path("stop_reason").asString()).isEqualTo("end_turn");
    JsonNode bare = whole(new Messages(), CALL.formatted(""), finish("tool_calls"));
    assertThat(bare.path("content").get(0).path("input").isObject()).isTrue();
    assertThat(bare.path("stop_reason").asString()).isEqualTo("tool_use");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'content': 'a' | 'finish_reason': 'stop', 'stop_reason': 'END' | stop_sequence | END",
        "'content': 'a' | 'finish_reason': 'stop', 'stop_reason': 7 | end_turn |",
        "'content': 'a' | 'finish_reason': 'stop', 'stop_reason': null | end_turn |",
        "'content': 'a' | 'finish_reason': 'length' | max_tokens |",
        "WHOLE | 'finish_reason': 'tool_calls', 'stop_reason': 'END' | tool_use |",
        "'refusal': 'no' | 'finish_reason': 'stop' | refusal |",
      })
  void whyAMessageStopped(String message, String end, String reason, String stop) {
    String said = message.replace("WHOLE", WHOLE);
    JsonNode answer = whole(new Messages(), said, end);
    List<JsonNode> events = stream(new Messages(), said, end);
    for (JsonNode told : List.of(answer, events.get(events.size() - 2).path("delta"))) {
      assertThat(told.path("stop_reason").asString()).isEqualTo(reason);
      assertThat(told.get("stop_sequence").asString(null)).isEqualTo(stop);
    }
  }

  @Test
  void aRefusalIsTold() {
    String refusal = "'content': null, 'refusal': 'I will not.'";
    assertThat(whole(new Messages(), refusal, finish("stop")).path("content"))
        .isEqualTo(json("[{'type': 'text', 'text': 'I will not.'}]"));
    JsonNode part = json("{'type': 'refusal', 'refusal': 'I will not.'}");
    assertThat(whole(new Responses(), refusal, finish("stop")).at("/output/0/content/0"))
        .isEqualTo(part);
    List<JsonNode> events = stream(new Responses(), refusal, finish("stop"));
    assertThat(events.stream().map(event -> event.path("type").asString()))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.refusal.delta",
            "response.refusal.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    assertThat(events.get(5).path("refusal").asString()).isEqualTo("I will not.");
    assertThat(events.getLast().at("/response/output/0/content/0")).isEqualTo(part);
    assertThat(stream(new Messages(), refusal, finish("stop")).toString()).contains("I will not.");
  }

  /** The members that the SDKs' types demand. */
  @Test
  void membersThatTypesDemandAreThere() {
    List<JsonNode> events = stream(new Responses(), "'content': 'a'", finish("stop"));
    for (String type : List.of("response.output_text.delta", "response.output_text.done")) {
      assertThat(events)
          .filteredOn(event -> event.path("type").asString().equals(type))
          .singleElement()
          .satisfies(event -> assertThat(event.path("logprobs").isArray()).isTrue());
    }
    JsonNode usage = Responses.usage(json("{'prompt_tokens': 1}"));
    assertThat(usage.at("/input_tokens_details/cache_write_tokens").isNumber()).isTrue();
    JsonNode block =
        stream(new Messages(), "'reasoning_content': 'r'", finish("stop"))
            .get(1)
            .path("content_block");
    assertThat(block).isEqualTo(json("{'type': 'thinking', 'thinking': '', 'signature': ''}"));
  }
}
