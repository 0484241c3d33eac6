package io.tokenlane.engine.chat;

/** Python's {@code str.format}. */
final class BraceFormat {
  private final String pattern;
  private final Arguments arguments;
  private final Scope scope;
  private final Output out;
  private int position;
  private int automatic;
  private boolean numbered;

  private BraceFormat(String pattern, Arguments arguments, Scope scope) {
    this.pattern = pattern;
    this.arguments = arguments;
    this.scope = scope;
    out = new Output(scope.budget());
  }

  static Object format(String pattern, Arguments arguments, Scope scope) {
    return new BraceFormat(pattern, arguments, scope).run();
  }

  private String run() {
    while (position < pattern.length()) {
      char c = pattern.charAt(position++);
      boolean doubled = position < pattern.length() && pattern.charAt(position) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(c);
        position++;
      } else if (c == '{') {
        scope.budget().step();
        field();
      } else if (c == '}') {
        throw new TemplateException("Single '}' encountered in format string");
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private void field() {
    int end = pattern.indexOf('}', position);
    if (end < 0) {
      throw new TemplateException("expected '}' before end of string");
    }
    String field = pattern.substring(position, end);
    position = end + 1;
    if (field.indexOf('{') >= 0) {
      throw new TemplateException("nested fields in a format are not known here: {" + field + "}");
    }
    int colon = field.indexOf(':');
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    String name = colon < 0 ? field : field.substring(0, colon);
    int conversion = name.indexOf('!');
    Object value = value(conversion < 0 ? name : name.substring(0, conversion));
    if (conversion >= 0) {
      boolean quoted = name.endsWith("!r") || name.endsWith("!a");
      value = quoted ? PythonText.repr(value, scope.budget()) : Values.print(value, scope.budget());
    }
    out.append(NumberFormat.format(value, spec, scope.budget()));
  }

  private Object value(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
      end++;
    }
    Object value = argument(name.substring(0, end));
    while (end < name.length()) {
      int next = end + 1;
      if (name.charAt(end) == '[') {
        int close = name.indexOf(']', next);
        if (close < 0) {
          throw new TemplateException("Missing ']' in format string");
        }
        String key = name.substring(next, close);
        value =
            Attributes.item(
                value, isNumber(key) ? (Object) Long.valueOf(key) : key, scope.budget());
        end = close + 1;
      } else {
        while (next < name.length() && name.charAt(next) != '.' && name.charAt(next) != '[') {
          next++;
        }
        value = Attributes.attribute(value, name.substring(end + 1, next), scope.budget());
        end = next;
      }
    }
    return value;
  }

  private Object argument(String name) {
    if (!name.isEmpty() && !isNumber(name)) {
      return arguments.require(Integer.MAX_VALUE, name);
    }
    if (name.isEmpty() ? numbered : automatic > 0) {
      throw new TemplateException("cannot mix numbered and automatic fields in a format string");
    }
    numbered = !name.isEmpty();
    int index = numbered ? Integer.parseInt(name) : automatic++;
    if (index >= arguments.positional().size()) {
      throw new TemplateException(
          "Replacement index " + index + " out of range for positional args tuple");
    }
    return arguments.positional().get(index);
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,6}");
  }
}
