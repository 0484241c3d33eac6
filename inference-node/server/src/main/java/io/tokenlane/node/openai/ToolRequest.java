package io.tokenlane.node.openai;

import io.tokenlane.engine.tool.ToolFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tools of a request and how the model is to use them.
 *
 * @param tools in the request's order; empty if there are none, or none may be called
 * @param choice whether a tool may or must be called
 * @param parallel whether more than one call is wanted
 */
record ToolRequest(List<Tool> tools, Choice choice, boolean parallel) {
  private static final int MOST_TOOLS = 128;
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
  private static final String NAMES = "1 to 64 letters, digits, _ or -";
  private static final String CHOICES =
      "none, auto, required, or an object with type function and function.name";

  /** Whether a tool may or must be called. */
  enum Choice {
    AUTO,
    REQUIRED
  }

  /**
   * A tool.
   *
   * @param parameters schema of its arguments; null for any
   * @param strict whether the arguments have to satisfy the schema whoever asked for the call
   * @param path where the schema stands in the body
   */
  record Tool(String name, @Nullable JsonNode parameters, boolean strict, String path) {

    /** The types that the schema lets an argument have; empty if it does not tell. */
    Set<String> types(String argument) {
      return parameters == null ? Set.of() : ParameterTypes.of(parameters, argument);
    }
  }

  static ToolRequest read(Fields body) {
    JsonNode given = body.value("tools");
    JsonNode choice = body.value("tool_choice");
    boolean parallel = body.flag("parallel_tool_calls", true);
    if (given == null || (given.isArray() && given.isEmpty())) {
      refuseWithoutTools(body, "tool_choice");
      refuseWithoutTools(body, "parallel_tool_calls");
      return new ToolRequest(List.of(), Choice.AUTO, parallel);
    }
    return chosen(tools(given), choice, parallel);
  }

  private static void refuseWithoutTools(Fields body, String name) {
    JsonNode value = body.value(name);
    if (value != null && !value.asString("").equals("none")) {
      throw ApiException.field(name, value, "absent where there are no tools");
    }
  }

  private static ToolRequest chosen(List<Tool> tools, @Nullable JsonNode choice, boolean parallel) {
    if (choice == null) {
      return new ToolRequest(tools, Choice.AUTO, parallel);
    }
    if (choice.isObject()) {
      return new ToolRequest(List.of(named(tools, choice)), Choice.REQUIRED, parallel);
    }
    return switch (choice.asString("")) {
      case "none" -> new ToolRequest(List.of(), Choice.AUTO, parallel);
      case "auto" -> new ToolRequest(tools, Choice.AUTO, parallel);
      case "required" -> new ToolRequest(tools, Choice.REQUIRED, parallel);
      default -> throw ApiException.field("tool_choice", choice, CHOICES);
    };
  }

  private static Tool named(List<Tool> tools, JsonNode choice) {
    Fields fields = Fields.of("tool_choice", choice);
    if (!fields.text("type").orElse("").equals("function")) {
      throw ApiException.field("tool_choice.type", choice.path("type"), "function");
    }
    Fields function =
        fields
            .object("function")
            .orElseThrow(() -> ApiException.field("tool_choice.function", "missing", "an object"));
    String name = function.text("name").orElse("");
    return tools.stream()
        .filter(tool -> tool.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.field(
                    "tool_choice.function.name",
                    name,
                    "one of " + tools.stream().map(Tool::name).toList()));
  }

  private static List<Tool> tools(JsonNode given) {
    if (!given.isArray()) {
      throw ApiException.field("tools", given, "an array");
    }
    if (given.size() > MOST_TOOLS) {
      throw ApiException.field("tools", given.size() + " tools", "at most " + MOST_TOOLS);
    }
    List<Tool> tools = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < given.size(); i++) {
      Tool tool = tool("tools[" + i + "]", given.get(i));
      if (!names.add(tool.name)) {
        throw ApiException.field(
            "tools[" + i + "].function.name", tool.name, "a name of its own for each tool");
      }
      tools.add(tool);
    }
    return List.copyOf(tools);
  }

  private static Tool tool(String path, JsonNode node) {
    Fields fields = Fields.of(path, node);
    String type = fields.text("type").orElse("missing");
    if (!type.equals("function")) {
      throw ApiException.field(path + ".type", type, "function, the only one there is");
    }
    Fields function =
        fields
            .object("function")
            .orElseThrow(() -> ApiException.field(path + ".function", "missing", "an object"));
    String name = function.text("name").orElse("missing");
    if (!NAME.matcher(name).matches() || function.value("name") == null) {
      throw ApiException.field(path + ".function.name", name, NAMES);
    }
    function.text("description");
    function.object("parameters");
    return new Tool(
        name,
        function.value("parameters"),
        function.flag("strict", false),
        path + ".function.parameters");
  }

  /** Whether a schema may be let go where it cannot be enforced: one of a tool without strict. */
  boolean hasLooseSchemas() {
    return tools.stream().anyMatch(tool -> !tool.strict && tool.parameters != null);
  }

  /** The same, with any arguments for the tools that are not strict. */
  ToolRequest withoutLooseSchemas() {
    return new ToolRequest(
        tools.stream()
            .map(tool -> tool.strict ? tool : new Tool(tool.name, null, false, tool.path))
            .toList(),
        choice,
        parallel);
  }

  /** Whether there is any tool that may be called. */
  boolean any() {
    return !tools.isEmpty();
  }

  /** Whether calls must be held to the tools, in a format that can be. */
  boolean forced(ToolFormat format) {
    return choice == Choice.REQUIRED
        || (tools.stream().anyMatch(Tool::strict) && format.open().equals(format.forced().open()));
  }

  /** The types that an argument of a tool may have; empty if no schema tells. */
  Set<String> types(String tool, String argument) {
    return tools.stream()
        .filter(t -> t.name.equals(tool))
        .findFirst()
        .map(t -> t.types(argument))
        .orElse(Set.of());
  }
}
