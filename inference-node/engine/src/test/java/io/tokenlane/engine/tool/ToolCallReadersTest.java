package io.tokenlane.engine.tool;

import static io.tokenlane.engine.tool.ToolCallParserTest.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.tool.ToolCallParserTest.Case;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a call ends, where none begins, and what is text inside. */
class ToolCallReadersTest {
  static Stream<Case> argumentsThatMayBeTextOrJson() {
    return Stream.of(
        tagged("note", "12345", "\"12345\""),
        tagged("note", "{\"a\":1}", "\"{\\\"a\\\":1}\""),
        tagged("note", "null", "null"),
        tagged("note", "nullable", "\"nullable\""),
        tagged("size", "12", "12"),
        tagged("size", "1.5", "\"1.5\""),
        tagged("size", "\"L\"", "\"\\\"L\\\"\""),
        tagged("any", "\"L\"", "\"L\""),
        tagged("any", "1.5", "1.5"));
  }

  private static Case tagged(String argument, String text, String json) {
    return one(
        "<arg_key>",
        "<tool_call>f\n<arg_key>%s</arg_key>\n<arg_value>%s</arg_value>\n</tool_call>"
            .formatted(argument, text),
        "",
        "f{\"%s\": %s}".formatted(argument, json));
  }

  static Stream<Case> callsWithoutArguments() {
    return Stream.of(
        one(
            "[TOOL_CALLS] [ARGS]",
            "[TOOL_CALLS]now[ARGS][TOOL_CALLS]b[ARGS]{\"x\":1}",
            "",
            "now{}",
            "b{\"x\":1}"),
        one("[TOOL_CALLS] [ARGS]", "[TOOL_CALLS]now[ARGS] It is late", "It is late", "now{}"),
        one(
            "<|tool_calls_section_begin|>",
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.now:0<|tool_call_argument_begin|><|tool_call_end|><|tool_call_begin|>functions.f:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
            "",
            "now{}",
            "f{}"),
        one(
            "<function=",
            "<function=now></function><function=f>{}</function>",
            "",
            "now{}",
            "f{}"));
  }

  static Stream<Case> textsInOtherFormatsTags() {
    String coder = "<tool_call>\n<function=";
    return Stream.of(
        one(
            coder,
            "Write <tool_call> and then <function=f>, so.",
            "Write <tool_call> and then <function=f>, so."),
        one(coder, "<tool_call> <func", "<tool_call> <func"),
        one(
            coder,
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>\n<tool_call>\n<function=g>\n</function>\n</tool_call>",
            "",
            "f{\"a\": 1}",
            "g{}"),
        one(coder, "<tool_call>{\"a\": 1}</tool_call>", "<tool_call>{\"a\": 1}</tool_call>"),
        one(
            coder,
            "<tool_call><tool_call><function=f></function></tool_call>",
            "<tool_call>",
            "f{}"),
        one(
            coder,
            "<tool_call><function=f><parameter=a</parameter>>1</parameter></function></tool_call>",
            "",
            "f{\"a</parameter\": \">1\"}"),
        one(
            coder,
            "<tool_call><function=f g></function></tool_call>",
            "<tool_call><function=f g></function></tool_call>"),
        one(
            "<arg_key>",
            "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call> <tool_call>g</tool_call>",
            "",
            "f{}",
            "g{}"),
        one("<arg_key>", "Use <tool_call> as it\nis.", "Use <tool_call> as it\nis."),
        one(
            "<minimax:tool_call>",
            "<minimax:tool_call><invoke name=\"{\">",
            "<minimax:tool_call><invoke name=\"{\">"));
  }

  @ParameterizedTest
  @MethodSource({
    "argumentsThatMayBeTextOrJson",
    "callsWithoutArguments",
    "textsInOtherFormatsTags"
  })
  void areReadWhereverTheTextIsCut(Case expected) {
    ToolCallParserTest.checkCut(expected);
  }

  @Test
  void textBehindATagThatBeginsNoCallIsToldAtOnce() {
    ToolCallParser parser =
        new ToolCallParser(ToolFormat.of("<tool_call>\n<function="), (tool, name) -> Set.of());
    assertThat(parser.accept("<tool_call> begins")).isNotEmpty();
    assertThat(parser.accept(" a call")).containsExactly(new CallPiece.Text(" a call"));
    assertThat(parser.accept("<tool_call><function=" + "n".repeat(300))).isNotEmpty();
  }
}
