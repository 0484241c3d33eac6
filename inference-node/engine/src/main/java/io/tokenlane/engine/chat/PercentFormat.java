package io.tokenlane.engine.chat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code text % values}. */
final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile(
          "%(?:\\((?<key>[^)]*)\\))?(?<flags>[-+"
              + " #0]*)(?<width>\\d{1,9})?(?:\\.(?<precision>\\d{1,3}))?(?<type>[a-zA-Z%])?");

  private PercentFormat() {}

  static String format(String pattern, Object values, Scope scope) {
    List<Object> given = values instanceof Tuple tuple ? tuple.items() : List.of(values);
    Output out = new Output(scope.budget());
    Matcher field = FIELD.matcher(pattern);
    int from = 0;
    int used = 0;
    while (field.find()) {
      scope.budget().step();
      out.append(pattern.substring(from, field.start()));
      from = field.end();
      if ("%".equals(field.group("type"))) {
        out.append('%');
      } else if (field.group("key") != null) {
        out.append(field(named(values, field.group("key"), scope.budget()), field, scope.budget()));
      } else if (used < given.size()) {
        out.append(field(given.get(used++), field, scope.budget()));
      } else {
        throw new TemplateException("not enough arguments for format string");
      }
    }
    if (used < given.size() && !(values instanceof Map)) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.append(pattern.substring(from)).toString();
  }

  private static Object named(Object values, String key, Budget budget) {
    if (!(values instanceof Map<?, ?> map)) {
      throw new TemplateException("format requires a mapping");
    }
    Object value = map.get(key);
    if (value == null) {
      throw new TemplateException("format: no value named " + PythonText.repr(key, budget));
    }
    return value;
  }

  private static String field(Object value, Matcher field, Budget budget) {
    String type = field.group("type") == null ? "" : field.group("type");
    String flags = field.group("flags");
    String align = flags.contains("-") ? "<" : ">";
    String width = field.group("width") == null ? "" : field.group("width");
    String zero = flags.contains("0") && !flags.contains("-") ? "0" : "";
    String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    String precision = field.group("precision") == null ? "" : "." + field.group("precision");
    return switch (type) {
      case "s" ->
          NumberFormat.format(Values.print(value, budget), align + width + precision, budget);
      case "r", "a" ->
          NumberFormat.format(PythonText.repr(value, budget), align + width + precision, budget);
      case "d", "i", "u" ->
          NumberFormat.format(
              integer(value), (zero.isEmpty() ? align : "") + sign + zero + width, budget);
      case "x", "X", "o", "c" ->
          NumberFormat.format(
              integer(value), (zero.isEmpty() ? align : "") + sign + zero + width + type, budget);
      case "f", "F", "e", "E", "g", "G" ->
          NumberFormat.format(
              Numbers.real(Numbers.requireNumber(value, "%" + type)),
              (zero.isEmpty() ? align : "") + sign + zero + width + precision + type,
              budget);
      default -> throw new TemplateException("unsupported format character '" + type + "'");
    };
  }

  private static Object integer(Object value) {
    return value instanceof Double d
        ? (Object) (long) (double) d
        : Values.requireInteger(value, "%d");
  }
}
