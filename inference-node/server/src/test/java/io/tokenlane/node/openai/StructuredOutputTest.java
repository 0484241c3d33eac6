package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a schema promises holds on the demo model, whatever the temperature. */
@ExtendWith(RunningNode.class)
class StructuredOutputTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String SCHEMA =
      """
      {"type": "object", "properties": {
        "name": {"type": "string", "maxLength": 40},
        "born": {"type": "string", "format": "date"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}, "maxItems": 5},
        "children": {"type": "array", "items": {"$ref": "#"}, "maxItems": 2}},
       "required": ["name", "born", "score", "tags", "children"], "additionalProperties": false}
      """;

  private final NodeClient node;

  StructuredOutputTest(NodeClient node) {
    this.node = node;
  }

  private static String format(String schema) {
    return """
    "response_format": {"type": "json_schema",
      "json_schema": {"name": "x", "strict": true, "schema": %s}}\
    """
        .formatted(schema);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.7, 1.3, 2})
  void everyAnswerSatisfiesTheSchema(double temperature) {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(NodeClient.parse(SCHEMA));
    String body =
        "{\"temperature\": %s, \"n\": 8, \"max_tokens\": 300, %s, \"messages\": %s}"
            .formatted(temperature, format(SCHEMA), Golden.ask("Who was Ada?"));
    for (JsonNode choice : node.post(CHAT, body).get("choices")) {
      assertThat(choice.get("finish_reason").stringValue()).isEqualTo("stop");
      String content = choice.at("/message/content").stringValue();
      assertThat(schema.validate(NodeClient.parse(content))).as(content).isEmpty();
    }
  }

  @Test
  void streamsTheSameText() {
    String body =
        "{\"temperature\": 1, \"seed\": 5, \"max_tokens\": 250, %s, \"stream\": %s, \"messages\":"
            + " %s}";
    String ask = Golden.ask("Who was Ada?");
    String whole =
        node.post(CHAT, body.formatted(format(SCHEMA), false, ask))
            .at("/choices/0/message/content")
            .stringValue();
    StringBuilder streamed = new StringBuilder();
    for (JsonNode event : node.stream(CHAT, body.formatted(format(SCHEMA), true, ask))) {
      streamed.append(event.at("/choices/0/delta/content").asString(""));
    }
    assertThat(streamed.toString()).isEqualTo(whole);
  }

  @Test
  void tellsThatTooFewTokensCutTheAnswer() {
    String body =
        "{\"max_tokens\": 3, %s, \"messages\": %s}".formatted(format(SCHEMA), Golden.ask("x"));
    assertThat(node.post(CHAT, body).at("/choices/0/finish_reason").stringValue())
        .isEqualTo("length");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":"object","properties":{"a":{"type":"array","uniqueItems":true}}} | .properties.a.uniqueItems
          {"type":"object","patternProperties":{}} | .patternProperties
          {"anyOf":[{"type":"string","pattern":"(?=a)"}]} | .anyOf[0].pattern
          {"type":"string","format":"iri"} | .format
          {"$ref":"#/$defs/none"} | .$ref
          {"$ref":"#"} | ''
          {"type":"integer","minimum":5,"maximum":4} | ''
          {"type":"text"} | .type
          {"allOf":[{"$ref":"#"}]} | ''
          {"type":"string","pattern":"^(([ab]{1,1000}){1,1000}){1,1000}$"} | .pattern
          {"type":"number","minimum":1e400} | .minimum
          {"const":1e400} | ''
          """)
  void namesWhatCannotBeEnforced(String schema, String place) {
    String body = "{%s, \"messages\": %s}".formatted(format(schema), Golden.ask("x"));
    HttpResponse<String> response = node.send("POST", CHAT, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = NodeClient.parse(response.body()).get("error");
    assertThat(error.get("code").stringValue()).isEqualTo("invalid_json_schema");
    assertThat("response_format.json_schema.schema" + place)
        .startsWith(error.get("param").stringValue());
    assertThat(error.get("message").stringValue()).contains("(expected: ");
  }

  /** A request and the tool that must be called. */
  record Forced(String choice, String tool) {}

  static Stream<Forced> forced() {
    return Stream.of(
        new Forced("{\"type\": \"function\", \"function\": {\"name\": \"g\"}}", "g"),
        new Forced("{\"type\": \"function\", \"function\": {\"name\": \"f\"}}", "f"));
  }

  @ParameterizedTest
  @MethodSource("forced")
  void callsTheNamedTool(Forced forced) {
    String tools =
        """
        [{"type": "function", "function": {"name": "f", "parameters":
           {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}}},
         {"type": "function", "function": {"name": "g"}}]\
        """;
    String body =
        "{\"temperature\": 2, \"max_tokens\": 200, \"tools\": %s, \"tool_choice\": %s, \"messages\": %s}"
            .formatted(tools, forced.choice(), Golden.ask("x"));
    JsonNode choice = node.post(CHAT, body).at("/choices/0");
    assertThat(choice.get("finish_reason").stringValue()).isEqualTo("tool_calls");
    for (JsonNode call : choice.at("/message/tool_calls")) {
      assertThat(call.at("/function/name").stringValue()).isEqualTo(forced.tool());
      assertThat(NodeClient.parse(call.at("/function/arguments").stringValue()).isObject())
          .isTrue();
    }
  }

  /** A call as it is written is no text, wherever it is cut; what is known of it is told. */
  @Test
  void aForcedCallThatIsCutIsNoContent() {
    String body =
        """
        {"temperature": 0, "max_tokens": %d, "stream": %s, "tool_choice": "required", "tools":
         [{"type": "function", "function": {"name": "f", "parameters": {"type": "object",
           "properties": {"x": {"enum": ["one", "two"]}}, "required": ["x"]}}}], "messages": %s}\
        """;
    Set<String> reasons = new TreeSet<>();
    for (int tokens = 1; tokens <= 70; tokens++) {
      JsonNode choice =
          node.post(CHAT, body.formatted(tokens, false, Golden.ask("x"))).at("/choices/0");
      StringBuilder arguments = new StringBuilder();
      StringBuilder content = new StringBuilder();
      for (JsonNode event : node.stream(CHAT, body.formatted(tokens, true, Golden.ask("x")))) {
        JsonNode delta = event.at("/choices/0/delta");
        content.append(delta.path("content").asString(""));
        arguments.append(delta.at("/tool_calls/0/function/arguments").asString(""));
      }
      assertThat(choice.at("/message/content").asString("")).as("%d tokens", tokens).isEmpty();
      assertThat(content.toString()).as("%d tokens, streamed", tokens).isEmpty();
      assertThat(arguments.toString())
          .isEqualTo(choice.at("/message/tool_calls/0/function/arguments").asString(""));
      reasons.add(choice.get("finish_reason").stringValue());
    }
    assertThat(reasons).contains("length");
  }

  private static final String UNSATISFIABLE =
      """
      {"type": "object", "required": ["x"],
       "properties": {"x": {"type": "integer", "minimum": 5, "maximum": 4}}}\
      """;

  private static String unsatisfiable(boolean strict) {
    String tools =
        """
        [{"type": "function", "function": {"name": "f", "strict": %s, "parameters": %s}}]\
        """
            .formatted(strict, UNSATISFIABLE);
    return "{\"max_tokens\": 200, \"tools\": %s, \"tool_choice\": \"required\", \"messages\": %s}"
        .formatted(tools, Golden.ask("x"));
  }

  @Test
  void aToolThatIsNotStrictTakesAnyObjectWhereItsSchemaCannotBeEnforced() {
    JsonNode calls = node.post(CHAT, unsatisfiable(false)).at("/choices/0/message/tool_calls");
    assertThat(calls).isNotEmpty();
    for (JsonNode call : calls) {
      assertThat(NodeClient.parse(call.at("/function/arguments").stringValue()).isObject())
          .isTrue();
    }
  }

  @Test
  void aStrictToolWhoseSchemaCannotBeEnforcedIsRefused() {
    HttpResponse<String> response = node.send("POST", CHAT, unsatisfiable(true));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(NodeClient.parse(response.body()).at("/error/param").stringValue())
        .isEqualTo("tools");
  }

  private static final String FUNCTIONS =
      """
      [{"name": "f", "parameters":
         {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}},
       {"name": "g"}]\
      """;

  /** The older words for tools: the conversation so far, the call, whole and streamed. */
  @Test
  void callsTheNamedFunction() {
    String messages =
        """
        [{"role": "user", "content": "What is f of 2?"},
         {"role": "assistant", "content": null,
          "function_call": {"name": "f", "arguments": "{\\"x\\": 2}"}},
         {"role": "function", "name": "f", "content": "4"},
         {"role": "user", "content": "And of 3?"}]\
        """;
    String body =
        "{\"temperature\": 0, \"max_tokens\": 200, \"functions\": %s, \"function_call\": {\"name\":"
            + " \"f\"}, \"messages\": %s, \"stream\": %s}";
    JsonNode choice = node.post(CHAT, body.formatted(FUNCTIONS, messages, false)).at("/choices/0");
    JsonNode call = choice.at("/message/function_call");
    assertThat(choice.get("finish_reason").stringValue()).isEqualTo("function_call");
    assertThat(choice.at("/message/tool_calls").isMissingNode()).isTrue();
    assertThat(call.get("name").stringValue()).isEqualTo("f");
    assertThat(NodeClient.parse(call.get("arguments").stringValue()).get("x").isIntegralNumber())
        .isTrue();

    StringBuilder streamed = new StringBuilder();
    for (JsonNode chunk : node.stream(CHAT, body.formatted(FUNCTIONS, messages, true))) {
      streamed.append(chunk.at("/choices/0/delta/function_call/arguments").asString(""));
    }
    assertThat(streamed.toString()).isEqualTo(call.get("arguments").stringValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"functions\": 3|functions",
        "\"functions\": [{}]|functions[0].name",
        "\"functions\": [{\"name\": \"f\"}], \"tools\": []|functions",
        "\"functions\": [{\"name\": \"f\"}], \"function_call\": {\"name\":"
            + " \"h\"}|function_call.name",
        "\"functions\": [{\"name\": \"f\"}], \"function_call\": \"required\"|function_call",
        "\"function_call\": \"auto\"|function_call"
      })
  void functionsThatAreNoneAreRefusedByName(String fields, String param) {
    String body = "{%s, \"messages\": %s}".formatted(fields, Golden.ask("x"));
    HttpResponse<String> response = node.send("POST", CHAT, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(NodeClient.parse(response.body()).at("/error/param").stringValue()).isEqualTo(param);
  }
}
