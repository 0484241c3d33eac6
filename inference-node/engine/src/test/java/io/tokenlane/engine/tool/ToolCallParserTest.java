package io.tokenlane.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.chat.ChatTemplate;
import io.tokenlane.engine.chat.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolCallParserTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String PARIS = "{\"city\": \"Par\\\"is }{\", \"days\": 3}";

  /**
   * An answer and what is in it.
   *
   * @param tells what the template holds
   * @param calls each as name and arguments
   */
  record Case(String tells, String answer, String text, List<String> calls) {}

  static Stream<Case> answers() {
    return Stream.of(
        one("", "Hi <there>.", "Hi <there>."),
        one(
            "",
            "<tool_call>\n{\"name\": \"f\", \"arguments\": " + PARIS + "}\n</tool_call>",
            "",
            "f" + PARIS),
        one(
            "",
            "Let me.\n<tool_call>{\"arguments\": {\"a\": [1, {}]}, \"name\": \"f\"}</tool_call>\n<tool_call>{\"name\": \"g\"}</tool_call>",
            "Let me.",
            "f{\"a\": [1, {}]}",
            "g{}"),
        one(
            "",
            "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>",
            "",
            "f{\"a\": 1}"),
        one("", "<tool_call>not json</tool_call>", "<tool_call>not json</tool_call>"),
        one("", "a < b <tool_cal", "a < b <tool_cal"),
        one("", "<tool_call>{\"a\": 1}", "<tool_call>{\"a\": 1}"),
        one(
            "[TOOL_CALLS]",
            "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": "
                + PARIS
                + ", \"id\": \"123456789\"}, {\"name\": \"g\", \"arguments\": {}}]",
            "",
            "f" + PARIS,
            "g{}"),
        one(
            "[TOOL_CALLS] [ARGS]",
            "[TOOL_CALLS]f[CALL_ID]123456789[ARGS]" + PARIS + "[TOOL_CALLS]g[ARGS]{}",
            "",
            "f" + PARIS,
            "g{}"),
        one(
            "\"parameters\": dictionary",
            "{\"name\": \"f\", \"parameters\": " + PARIS + "}",
            "",
            "f" + PARIS),
        one(
            "\"parameters\": dictionary",
            "{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"parameters\": {}}",
            "",
            "f{}",
            "g{}"),
        one(
            "\"parameters\": dictionary",
            "{\"answer\": {\"name\": 1}}",
            "{\"answer\": {\"name\": 1}}"),
        one("\"parameters\": dictionary", "It is {\"name\": \"f\"}", "It is {\"name\": \"f\"}"));
  }

  static Stream<Case> answersInTagsAndCode() {
    return Stream.of(
        one(
            "<|python_tag|>",
            "<|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": null}}",
            "",
            "f{\"a\": null}"),
        one(
            "<|python_tag|>",
            "<|python_tag|>brave_search.call(query=\"a, b\", n=2)",
            "",
            "brave_search{\"query\": \"a, b\", \"n\": 2}"),
        one(
            "<|python_tag|>",
            "<|python_tag|>f.call(city=Cote d'Or, on=True, at=None, l=[1, 2], s='it\\'s, so', t=\"a\\'b\")",
            "",
            "f{\"city\": \"Cote d'Or\", \"on\": true, \"at\": null, \"l\": [1, 2], \"s\": \"it's, so\", \"t\": \"a\\\\'b\"}"),
        one("<|python_tag|>", "<|python_tag|>f.call()", "", "f{}"),
        one("<|python_tag|>", "<|python_tag|>print(1)", "print(1)"),
        one(
            "<arg_key>",
            "\n<tool_call>f\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n<arg_key>zip</arg_key>\n<arg_value>75</arg_value>\n</tool_call>",
            "",
            "f{\"city\": \"Paris\", \"days\": 3, \"zip\": \"75\"}"),
        one("<arg_key>", "<tool_call>f</tool_call><tool_call>g\n</tool_call>", "", "f{}", "g{}"),
        one(
            "<tool_call>\n<function=",
            "x\n<tool_call>\n<function=f>\n<parameter=city>\nPa\nris\n</parameter>\n<parameter=list>\n[1, 2]\n</parameter>\n</function>\n</tool_call>",
            "x",
            "f{\"city\": \"Pa\\nris\", \"list\": [1, 2]}"),
        one(
            "<minimax:tool_call>",
            "<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"city\">Paris</parameter>\n</invoke>\n<invoke name=\"g\">\n</invoke>\n</minimax:tool_call>",
            "",
            "f{\"city\": \"Paris\"}",
            "g{}"),
        one(
            "<｜tool▁calls▁begin｜> ```json",
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "",
            "f{\"a\": 1}",
            "g{}"),
        one(
            "<｜tool▁calls▁begin｜>",
            "ok<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "ok",
            "f{\"a\": 1}"),
        one(
            "<|tool_calls_section_begin|>",
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{\"a\": 1}<|tool_call_end|><|tool_calls_section_end|>",
            "",
            "f{\"a\": 1}"),
        one(
            "<|START_ACTION|>",
            "<|START_ACTION|>[\n {\"tool_call_id\": \"0\", \"tool_name\": \"f\", \"parameters\": {}}\n]<|END_ACTION|>",
            "",
            "f{}"),
        one(
            "<|tool_call|>",
            "<|tool_call|>[{\"name\": \"f\", \"arguments\": {}}]<|/tool_call|>",
            "",
            "f{}"),
        one("functools[", " functools[{\"name\": \"f\", \"arguments\": {}}]", "", "f{}"),
        one(
            "<function=",
            "<function=f>{\"a\": 1}</function><function=g>{}</function>",
            "",
            "f{\"a\": 1}",
            "g{}"));
  }

  static Stream<Case> textsThatBeginLikeCalls() {
    return Stream.of(
        one("functools[", "It is called functools", "It is called functools"),
        one("functools[", "I like functools [, ", "I like functools [, "),
        one(
            "functools[",
            "functools[{\"name\": \"f\", \"arguments\": {}}] of functools, and functools",
            "of functools, and functools",
            "f{}"),
        one("<tool_calls>[", "Use the tag <tool_calls>[", "Use the tag <tool_calls>["));
  }

  static Case one(String tells, String answer, String text, String... calls) {
    return new Case(tells, answer, text, List.of(calls));
  }

  @ParameterizedTest
  @MethodSource({"answers", "answersInTagsAndCode", "textsThatBeginLikeCalls"})
  void findsCallsWhereverTheTextIsCut(Case expected) {
    checkCut(expected);
  }

  /** Checks what is found wherever the text is cut. */
  static void checkCut(Case expected) {
    String answer = expected.answer();
    for (int cut = 0; cut <= answer.length(); cut++) {
      check(expected, List.of(answer.substring(0, cut), answer.substring(cut)));
    }
    check(expected, answer.chars().mapToObj(Character::toString).toList());
  }

  @Test
  void argumentsOfBuiltInToolsAreOfAnyLength() {
    String query = "a\\n".repeat(100_000);
    check(
        one(
            "<|python_tag|>",
            "",
            "",
            "f{\"query\": \"" + query + "\", \"text\": \"" + "b".repeat(100_000) + "\"}"),
        List.of("<|python_tag|>f.call(query=\"" + query + "\", text=" + "b".repeat(100_000) + ")"));
  }

  private static Set<String> types(String tool, String argument) {
    return switch (argument) {
      case "zip" -> Set.of("string");
      case "note" -> Set.of("string", "null");
      case "size" -> Set.of("string", "integer");
      default -> Set.of();
    };
  }

  private static void check(Case expected, List<String> deltas) {
    ToolFormat format = ToolFormat.of(expected.tells());
    Seen seen = new Seen();
    ToolCallParser parser = new ToolCallParser(format, ToolCallParserTest::types);
    deltas.forEach(delta -> parser.accept(delta).forEach(seen::add));
    parser.finish().forEach(seen::add);
    assertThat(seen.text.toString()).as(format.name() + deltas).isEqualTo(expected.text());
    assertThat(seen.calls.stream().map(StringBuilder::toString))
        .as(format.name() + deltas)
        .isEqualTo(expected.calls());
    assertThat(parser.calls()).isEqualTo(expected.calls().size());
    assertThat(parser.ended()).isEqualTo(expected.calls().size());
  }

  private static final class Seen {
    final StringBuilder text = new StringBuilder();
    final List<StringBuilder> calls = new ArrayList<>();

    void add(CallPiece piece) {
      switch (piece) {
        case CallPiece.Text more -> text.append(more.text());
        case CallPiece.Start start -> {
          assertThat(start.index()).isEqualTo(calls.size());
          calls.add(new StringBuilder(start.name()));
        }
        case CallPiece.Arguments more -> calls.get(more.index()).append(more.json());
      }
    }
  }

  /** Templates whose calls are written in ways of their own, or that take no calls. */
  private static final List<String> OTHERS =
      List.of(
          "GigaChat3-10B-A1.8B",
          "GigaChat3.1-10B-A1.8B",
          "HuggingFaceTB-SmolLM3-3B",
          "Kimi-K2-Thinking",
          "Kimi-K3",
          "LFM2.5-8B-A1B",
          "LFM2.5-Instruct",
          "MiniMax-M3",
          "deepseek-ai-DeepSeek-V4",
          "fireworks-ai-llama-3-firefunction-v2",
          "google-gemma-2-2b-it",
          "google-gemma-4-31B-it",
          "google-gemma-4-31B-it-interleaved",
          "meetkai-functionary-medium-v3.2",
          "microsoft-Phi-3.5-mini-instruct",
          "openbmb-MiniCPM5-1B",
          "tencent-Hy3");

  @Test
  void readsWhatTheTemplatesWrite() throws IOException {
    Path folder = Path.of(System.getProperty("tokenlane.shared"), "chat-templates");
    assumeTrue(Files.exists(folder), "not there: " + folder);
    List<String> read = new ArrayList<>();
    TreeSet<String> others = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jinja")).toList()) {
        String name = file.getFileName().toString().replace(".jinja", "");
        (roundTrip(Files.readString(file)) ? read : others).add(name);
      }
    }
    assertThat(others).as("read: " + read).containsExactlyElementsOf(OTHERS);
  }

  private static boolean roundTrip(String source) {
    Map<String, Object> arguments = Map.of("city", "Paris", "days", 3);
    Map<String, Object> call =
        Map.of(
            "id",
            "abcdefghi",
            "type",
            "function",
            "function",
            Map.of("name", "weather", "arguments", arguments));
    List<Map<String, Object>> asked = List.of(Map.of("role", "user", "content", "Hi"));
    List<Map<String, Object>> answered =
        List.of(
            asked.getFirst(),
            Map.of("role", "assistant", "content", "", "tool_calls", List.of(call)));
    try {
      ChatTemplate template = ChatTemplate.compile(source);
      Map<String, Object> variables = Map.of("bos_token", "<s>", "eos_token", "</s>");
      String before = template.render(asked, List.of(), variables, false);
      String all = template.render(answered, List.of(), variables, false);
      String answer = all.substring(commonLength(before, all));
      return calls(source, answer);
    } catch (TemplateException e) {
      return false;
    }
  }

  private static int commonLength(String a, String b) {
    int common = 0;
    while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
      common++;
    }
    return b.startsWith("<tool", common - 1) ? common - 1 : common;
  }

  private static boolean calls(String source, String answer) {
    ToolFormat format = ToolFormat.of(source);
    int from = format.trigger().isEmpty() ? answer.indexOf('{') : 0;
    ToolCallParser parser = new ToolCallParser(format, (tool, name) -> Set.of());
    Seen seen = new Seen();
    parser.accept(answer.substring(Math.max(0, from))).forEach(seen::add);
    parser.finish().forEach(seen::add);
    if (seen.calls.size() != 1 || !seen.calls.getFirst().toString().startsWith("weather{")) {
      return false;
    }
    JsonNode arguments = MAPPER.readTree(seen.calls.getFirst().substring("weather".length()));
    return arguments.equals(MAPPER.readTree("{\"city\": \"Paris\", \"days\": 3}"));
  }
}
