package io.tokenlane.engine.tool;

import java.util.List;
import java.util.stream.Stream;

/**
 * How a family of models writes calls of tools. A call is
 *
 * <pre>section (open body close)+ sectionEnd</pre>
 *
 * @param name for messages
 * @param section begins the calls, once; empty if there is no such text
 * @param open begins each call; empty if there is no such text
 * @param body what stands between
 * @param close ends each call; empty if there is no such text
 * @param sectionEnd ends the calls; empty if there is no such text
 */
public record ToolFormat(
    String name, String section, String open, Body body, String close, String sectionEnd) {

  /** What a call looks like inside. */
  public sealed interface Body {}

  /**
   * A JSON object.
   *
   * @param nameKey whose value is the tool's name
   * @param argumentsKey whose value are the arguments
   * @param array whether the objects are elements of an array
   */
  public record JsonBody(String nameKey, String argumentsKey, boolean array) implements Body {}

  /**
   * The name, then the arguments as JSON.
   *
   * @param before what stands before the name
   * @param nameEnd characters of which the first one ends the name, and what follows up to the
   *     separator is not part of it; empty if there are none
   * @param separator between name and arguments
   */
  public record NamedBody(String before, String nameEnd, String separator) implements Body {}

  /**
   * The name, then each argument with its name between tags.
   *
   * @param before stands before the name
   * @param nameEnd ends the name, as the first key and the end do
   * @param key begins an argument's name
   * @param value stands between an argument's name and its value
   * @param valueEnd ends the value
   * @param end ends the arguments
   */
  public record TaggedBody(
      String before, String nameEnd, String key, List<String> value, String valueEnd, String end)
      implements Body {}

  /** Llama 3: the answer is nothing but JSON objects, perhaps behind this control token. */
  static final String PYTHON_TAG = "<|python_tag|>";

  /** What models without tools in their template are made to write. */
  public static final ToolFormat HERMES =
      new ToolFormat(
          "hermes",
          "",
          "<tool_call>",
          new JsonBody("name", "arguments", false),
          "</tool_call>",
          "");

  static final ToolFormat LLAMA3 =
      new ToolFormat("llama3", "", "", new JsonBody("name", "parameters", false), "", "");

  private static final ToolFormat MISTRAL =
      array("mistral", "[TOOL_CALLS]", "name", "arguments", "");

  /** The formats by a text in the chat template that tells them; the first that is found counts. */
  private static final List<Row> TABLE =
      List.of(
          row(
              "<tool_call>\n<function=",
              new ToolFormat(
                  "qwen3-coder",
                  "",
                  "<tool_call>",
                  new TaggedBody(
                      "<function=",
                      ">",
                      "<parameter=",
                      List.of(">"),
                      "</parameter>",
                      "</function>"),
                  "</tool_call>",
                  "")),
          row(
              "<arg_key>",
              new ToolFormat(
                  "glm",
                  "",
                  "<tool_call>",
                  new TaggedBody(
                      "",
                      "\n",
                      "<arg_key>",
                      List.of("</arg_key>", "<arg_value>"),
                      "</arg_value>",
                      "</tool_call>"),
                  "",
                  "")),
          row(
              "<minimax:tool_call>",
              new ToolFormat(
                  "minimax",
                  "<minimax:tool_call>",
                  "<invoke name=\"",
                  new TaggedBody(
                      "", "\">", "<parameter name=\"", List.of("\">"), "</parameter>", "</invoke>"),
                  "",
                  "</minimax:tool_call>")),
          row(
              "[ARGS]",
              new ToolFormat(
                  "mistral-args", "", "[TOOL_CALLS]", new NamedBody("", "[", "[ARGS]"), "", "")),
          row("[TOOL_CALLS]", MISTRAL),
          row(
              "```json",
              deepSeek(
                  "deepseek-v3", "function<｜tool▁sep｜>", "\n```json\n", "\n```<｜tool▁call▁end｜>"),
              "<｜tool▁calls▁begin｜>"),
          row(
              "<｜tool▁calls▁begin｜>",
              deepSeek("deepseek-v3.1", "", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>")),
          row(
              "<|tool_calls_section_begin|>",
              new ToolFormat(
                  "kimi",
                  "<|tool_calls_section_begin|>",
                  "<|tool_call_begin|>",
                  new NamedBody("functions.", ":", "<|tool_call_argument_begin|>"),
                  "<|tool_call_end|>",
                  "<|tool_calls_section_end|>")),
          row(
              "<|START_ACTION|>",
              array("command-r", "<|START_ACTION|>", "tool_name", "parameters", "<|END_ACTION|>")),
          row(
              "<tool_calls>[",
              array("apriel", "<tool_calls>", "name", "arguments", "</tool_calls>")),
          row(
              "<|tool_call|>",
              array("phi-4", "<|tool_call|>", "name", "arguments", "<|/tool_call|>")),
          row("<tool_call>", HERMES),
          row("functools[", array("functools", "functools", "name", "arguments", "")),
          row(
              "<function=",
              new ToolFormat(
                  "functionary-3.1",
                  "",
                  "<function=",
                  new NamedBody("", "", ">"),
                  "</function>",
                  "")),
          row(PYTHON_TAG, LLAMA3),
          row("\"parameters\": dictionary", LLAMA3));

  private record Row(List<String> tells, ToolFormat format) {}

  private static Row row(String tell, ToolFormat format, String... others) {
    return new Row(Stream.concat(Stream.of(tell), Stream.of(others)).toList(), format);
  }

  private static ToolFormat array(
      String name, String section, String nameKey, String argumentsKey, String end) {
    return new ToolFormat(name, section, "", new JsonBody(nameKey, argumentsKey, true), "", end);
  }

  private static ToolFormat deepSeek(String name, String before, String separator, String close) {
    return new ToolFormat(
        name,
        "<｜tool▁calls▁begin｜>",
        "<｜tool▁call▁begin｜>",
        new NamedBody(before, "", separator),
        close,
        "<｜tool▁calls▁end｜>");
  }

  /**
   * The format that a model was taught, as its chat template tells; {@link #HERMES} if it does not.
   *
   * @param template source of the chat template
   */
  public static ToolFormat of(String template) {
    String text = template.replace("\\n", "\n").replace("\\\"", "\"");
    return TABLE.stream()
        .filter(row -> row.tells.stream().allMatch(text::contains))
        .map(Row::format)
        .findFirst()
        .orElse(HERMES);
  }

  /** The format in which calls can be forced: models of tagged arguments know JSON as well. */
  public ToolFormat forced() {
    return body instanceof TaggedBody ? HERMES : this;
  }

  /** Texts that may be control tokens of the model, which have to be read as text then. */
  public List<String> markers() {
    Stream<String> inside =
        switch (body) {
          case NamedBody named -> Stream.of(named.separator, named.before, "[CALL_ID]");
          case TaggedBody tagged ->
              Stream.concat(
                  tagged.value.stream(), Stream.of(tagged.key, tagged.valueEnd, tagged.end));
          case JsonBody json -> Stream.of(PYTHON_TAG);
        };
    return Stream.concat(
            Stream.of(section, open, close, sectionEnd, "<｜tool▁sep｜>", "<｜tool▁call▁end｜>"),
            inside)
        .filter(text -> !text.isEmpty())
        .distinct()
        .toList();
  }

  /** How long ids of calls have to be for the model's template; 0 if any will do. */
  public int idLength() {
    return name.startsWith("mistral") ? 9 : 0;
  }

  /** What tells that calls begin; empty if only their form does. */
  String trigger() {
    return section.isEmpty() ? open : section;
  }
}
