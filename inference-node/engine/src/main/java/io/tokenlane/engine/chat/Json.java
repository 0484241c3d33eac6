package io.tokenlane.engine.chat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}. */
final class Json {
  private final Output out;
  private final Budget budget;
  private final Style style;
  private final String between;
  private final String afterKey;
  private final String indent;
  private int level;

  /**
   * The arguments of {@code json.dumps}.
   *
   * @param indent None, a count of spaces or a text
   * @param separators None or the pair of item and key separator
   */
  record Style(boolean ascii, Object indent, Object separators, boolean sortKeys) {
    boolean isIndented() {
      return !(indent instanceof None);
    }
  }

  private Json(Style style, Budget budget) {
    this.style = style;
    this.budget = budget;
    out = new Output(budget);
    List<Object> pair =
        style.separators() instanceof None
            ? List.of(style.isIndented() ? "," : ", ", ": ")
            : Values.list(style.separators(), budget);
    if (pair.size() != 2) {
      throw new TemplateException("separators: " + pair.size() + " texts (expected: 2)");
    }
    between = Values.requireText(pair.get(0), "separators");
    afterKey = Values.requireText(pair.get(1), "separators");
    indent = indentText(style.indent(), budget);
  }

  private static String indentText(Object indent, Budget budget) {
    if (indent instanceof None || Values.isText(indent)) {
      return indent instanceof None ? "" : Values.text(indent);
    }
    long width = Math.max(0, Values.requireInteger(indent, "indent"));
    budget.allocate(width);
    return " ".repeat((int) width);
  }

  static String write(Object value, Style style, Budget budget) {
    Json json = new Json(style, budget);
    json.write(value);
    return json.out.toString();
  }

  private void write(Object value) {
    budget.step();
    switch (value) {
      case None n -> out.append("null");
      case Boolean b -> out.append(b ? "true" : "false");
      case Long l -> out.append(l.toString());
      case BigInteger i -> out.append(i.toString());
      case Double d -> out.append(real(d));
      case String s -> quote(s);
      case Markup m -> quote(m.text());
      case List<?> l -> array(l);
      case Tuple t -> array(t.items());
      case Map<?, ?> m -> object(m);
      default ->
          throw new TemplateException(
              "Object of type " + Values.typeName(value) + " is not JSON serializable");
    }
  }

  private static String real(double d) {
    return Double.isNaN(d)
        ? "NaN"
        : Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : PythonText.real(d);
  }

  private void array(List<?> items) {
    open('[');
    boolean first = true;
    for (Object item : items) {
      separate(first);
      write(item);
      first = false;
    }
    close(']', items.isEmpty());
  }

  private void object(Map<?, ?> map) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (style.sortKeys()) {
      entries.sort((a, b) -> Values.compare(a.getKey(), b.getKey(), budget));
    }
    open('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : entries) {
      separate(first);
      quote(key(entry.getKey()));
      out.append(afterKey);
      write(entry.getValue());
      first = false;
    }
    close('}', entries.isEmpty());
  }

  private static String key(Object key) {
    return switch (key) {
      case String s -> s;
      case Boolean b -> b ? "true" : "false";
      case None n -> "null";
      case Double d -> real(d);
      case Long l -> l.toString();
      default ->
          throw new TemplateException(
              "keys must be str, int, float, bool or None, not " + Values.typeName(key));
    };
  }

  private void open(char bracket) {
    budget.enter();
    level++;
    out.append(bracket);
  }

  private void separate(boolean first) {
    if (!first) {
      out.append(between);
    }
    newLine();
  }

  private void close(char bracket, boolean empty) {
    budget.leave();
    level--;
    if (!empty) {
      newLine();
    }
    out.append(bracket);
  }

  private void newLine() {
    if (style.isIndented()) {
      out.append('\n');
      for (int i = 0; i < level; i++) {
        out.append(indent);
      }
    }
  }

  private void quote(String text) {
    budget.elements(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      default -> {
        if (c < 0x20 || (style.ascii() && c > 0x7E)) {
          out.append("\\u%04x".formatted((int) c));
        } else {
          out.append(c);
        }
      }
    }
  }
}
