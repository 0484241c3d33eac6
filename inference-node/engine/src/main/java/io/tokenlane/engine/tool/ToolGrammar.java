package io.tokenlane.engine.tool;

import io.tokenlane.engine.grammar.Expr;
import io.tokenlane.engine.grammar.FreeText;
import io.tokenlane.engine.grammar.JsonSchema;
import io.tokenlane.engine.grammar.TokenIndex;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls in a model's format as expressions, for formats with JSON arguments.
 *
 * @param format how calls are written
 * @param tokens what tells control tokens from text
 * @param parallel whether there may be more than one call
 */
public record ToolGrammar(ToolFormat format, TokenIndex tokens, boolean parallel) {

  /**
   * A tool.
   *
   * @param arguments JSON objects
   */
  public record Tool(String name, Expr arguments) {}

  /** One call at least, and nothing else. */
  public Expr calls(List<Tool> tools) {
    return Expr.sequence(marker(format.section()), afterSection(tools));
  }

  /** Text without a call; or with calls behind it, up to the end. */
  public Expr textOrCalls(List<Tool> tools) {
    String trigger = format.trigger();
    if (trigger.isEmpty()) {
      return Expr.choice(calls(tools), FreeText.any());
    }
    Expr rest = format.section().isEmpty() ? afterOpen(tools) : afterSection(tools);
    Expr marker = marker(trigger);
    return marker instanceof Expr.Control
        ? Expr.sequence(FreeText.any(), Expr.optional(Expr.sequence(marker, rest)))
        : FreeText.withoutOr(trigger, rest);
  }

  private Expr marker(String text) {
    return text.isEmpty() ? Expr.EMPTY : tokens.marker(text);
  }

  private Expr afterSection(List<Tool> tools) {
    boolean array = format.body() instanceof ToolFormat.JsonBody json && json.array();
    Expr call = Expr.sequence(marker(format.open()), call(tools));
    Expr more = more(call, Expr.text(array ? ", " : separator()));
    return Expr.sequence(
        Expr.text(array ? "[" : ""),
        call,
        more,
        Expr.text(array ? "]" : ""),
        marker(format.sectionEnd()));
  }

  private Expr afterOpen(List<Tool> tools) {
    Expr again = Expr.sequence(Expr.text(separator()), marker(format.open()), call(tools));
    return Expr.sequence(call(tools), more(again, Expr.EMPTY));
  }

  private String separator() {
    return format.trigger().isEmpty() ? "; " : format.close().isEmpty() ? "" : "\n";
  }

  private Expr more(Expr call, Expr separator) {
    return parallel
        ? new Expr.Repeat(Expr.sequence(separator, call), 0, Expr.Repeat.UNBOUNDED)
        : Expr.EMPTY;
  }

  private Expr call(List<Tool> tools) {
    List<Expr> options = new ArrayList<>();
    for (Tool tool : tools) {
      options.add(body(tool));
    }
    return Expr.sequence(Expr.choice(options), close());
  }

  private Expr body(Tool tool) {
    return switch (format.body()) {
      case ToolFormat.JsonBody json -> {
        boolean tagged = !format.open().isEmpty() && !json.array();
        Expr line = Expr.text(tagged ? "\n" : "");
        yield Expr.sequence(
            line,
            Expr.text("{\"" + json.nameKey() + "\": "),
            JsonSchema.constant(tool.name),
            Expr.text(", \"" + json.argumentsKey() + "\": "),
            tool.arguments,
            Expr.text("}"),
            line);
      }
      case ToolFormat.NamedBody named -> named(named, tool);
      case ToolFormat.TaggedBody tagged ->
          throw new IllegalStateException(format.name() + ": cannot be forced (expected: JSON)");
    };
  }

  private Expr named(ToolFormat.NamedBody named, Tool tool) {
    String index = named.nameEnd().equals(":") ? ":0" : "";
    return Expr.sequence(
        parts(named.before()),
        Expr.text(tool.name + index),
        parts(named.separator()),
        tool.arguments);
  }

  private Expr close() {
    return format.close().isEmpty() ? Expr.EMPTY : parts(format.close());
  }

  /** A text of which a part may be a control token. */
  private Expr parts(String text) {
    int open = text.indexOf('<');
    int end = text.lastIndexOf('>');
    if (open < 0 || end < open) {
      return marker(text);
    }
    return Expr.sequence(
        Expr.text(text.substring(0, open)),
        marker(text.substring(open, end + 1)),
        Expr.text(text.substring(end + 1)));
  }
}
