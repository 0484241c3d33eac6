package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Filters.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The filters over text. */
final class TextFilters {
  private static final Pattern WORD_START =
      Pattern.compile("(?<=[-\\s({\\[<])(?![-\\s({\\[<])|(?<=[^-\\s({\\[<])(?=[-\\s({\\[<])");
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("string", (value, a, scope) -> value instanceof Markup ? value : text(value, scope));
    all.put("safe", (value, a, scope) -> new Markup(text(value, scope)));
    all.put(
        "escape",
        (value, a, scope) -> new Markup(bounded(Markup.escaped(value, scope.budget()), scope)));
    all.put("forceescape", (value, a, scope) -> escapedAnew(value, scope));
    all.put("title", (value, a, scope) -> title(text(value, scope)));
    all.put("join", TextFilters::join);
    all.put("indent", TextFilters::indent);
    all.put(
        "replace",
        (value, a, scope) -> method("replace", value, strings(a, scope.budget()), scope));
    all.put("trim", (value, a, scope) -> method("strip", value, a, scope));
    all.put("format", (value, a, scope) -> format(value, a, scope));
    all.put("wordcount", (value, a, scope) -> WORD.matcher(text(value, scope)).results().count());
    for (String name : List.of("upper", "lower", "capitalize")) {
      all.put(name, (value, a, scope) -> method(name, value, Arguments.NONE, scope));
    }
    all.put(
        "center",
        (value, a, scope) -> method("center", value, Arguments.of(a.get(0, "width", 80L)), scope));
  }

  private static String text(Object value, Scope scope) {
    return bounded(Values.print(value, scope.budget()), scope);
  }

  private static String bounded(String text, Scope scope) {
    scope.budget().allocate(text.length());
    return text;
  }

  private static Object escapedAnew(Object value, Scope scope) {
    return new Markup(bounded(Markup.escape(text(value, scope)), scope));
  }

  private static Object method(String name, Object value, Arguments arguments, Scope scope) {
    return TextMethods.call(name, text(value, scope), arguments, scope);
  }

  /** The arguments of {@code replace}, its two texts printed. */
  private static Arguments strings(Arguments arguments, Budget budget) {
    List<Object> values = new ArrayList<>();
    values.add(Values.print(arguments.require(0, "old"), budget));
    values.add(Values.print(arguments.require(1, "new"), budget));
    Object count = arguments.get(2, "count", None.NONE);
    values.add(count instanceof None ? Long.valueOf(-1) : count);
    return new Arguments(values, Map.of());
  }

  private static Object join(Object value, Arguments arguments, Scope scope) {
    String separator = Values.print(arguments.get(0, "d", ""), scope.budget());
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Output joined = new Output(scope.budget());
    boolean first = true;
    for (Object item : Values.list(value, scope.budget())) {
      scope.budget().step();
      joined.append(first ? "" : separator);
      Object part =
          attribute instanceof None ? item : Attributes.path(item, attribute, scope.budget());
      joined.append(Values.print(part, scope.budget()));
      first = false;
    }
    return bounded(joined.toString(), scope);
  }

  private static Object indent(Object value, Arguments arguments, Scope scope) {
    Object width = arguments.get(0, "width", 4L);
    String space = indention(width, scope);
    boolean indentFirst = Values.truth(arguments.get(1, "first", false));
    boolean indentBlank = Values.truth(arguments.get(2, "blank", false));
    Output out = new Output(scope.budget());
    boolean first = true;
    for (String line : TextMethods.lines(text(value, scope) + "\n", false, scope.budget())) {
      boolean indented = first ? indentFirst : indentBlank || !line.isEmpty();
      out.append(first ? "" : "\n").append(indented ? space : "").append(line);
      first = false;
    }
    return bounded(out.toString(), scope);
  }

  private static String indention(Object width, Scope scope) {
    if (Values.isText(width)) {
      return Values.text(width);
    }
    long spaces = Math.max(0, Values.requireInteger(width, "width"));
    scope.budget().allocate(spaces);
    return " ".repeat((int) spaces);
  }

  private static Object format(Object value, Arguments arguments, Scope scope) {
    Object values =
        arguments.named().isEmpty()
            ? new Tuple(arguments.positional())
            : Map.copyOf(arguments.named());
    return PercentFormat.format(text(value, scope), values, scope);
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    for (String word : WORD_START.split(text)) {
      if (!word.isEmpty()) {
        int end = word.offsetByCodePoints(0, 1);
        title.append(TextMethods.upper(word.substring(0, end)));
        title.append(TextMethods.lower(word.substring(end)));
      }
    }
    return title.toString();
  }
}
