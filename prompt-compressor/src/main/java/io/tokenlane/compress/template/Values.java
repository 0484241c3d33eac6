package io.tokenlane.compress.template;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values of variables: mappings, lists, texts, numbers, truth values, {@link #NONE}; Java's null is
 * what is not defined. They print as Python prints them.
 */
final class Values {
  /** Python's None, JSON's null. */
  static final Object NONE = None.NONE;

  /** Numbers are printed without an exponent from this power of ten on. */
  private static final int LEAST_EXPONENT = -4;

  /** And before this one. */
  private static final int MOST_EXPONENT = 16;

  /** Characters of JSON with an escape of their own, and the letters of these. */
  private static final String ESCAPED = "\"\\\b\f\n\r\t";

  private static final String ESCAPES = "\"\\bfnrt";
  private static final String UNSAFE_IN_HTML = "<>&'";

  private enum None {
    NONE
  }

  private Values() {}

  static @Nullable Object member(@Nullable Object of, @Nullable Object key) {
    if (of instanceof Map<?, ?> map) {
      return map.containsKey(print(key)) ? orNone(map.get(print(key))) : null;
    }
    if (of instanceof List<?> list && key instanceof Number index) {
      long at = index.longValue() < 0 ? list.size() + index.longValue() : index.longValue();
      return at >= 0 && at < list.size() ? orNone(list.get((int) at)) : null;
    }
    return null;
  }

  /** A Java null inside a value is JSON's. */
  static Object orNone(@Nullable Object value) {
    return value == null ? NONE : value;
  }

  static boolean isNone(@Nullable Object value) {
    return value instanceof None;
  }

  static boolean isTrue(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean truth -> truth;
      case Number number -> new BigDecimal(number.toString()).signum() != 0;
      case String text -> !text.isEmpty();
      case Collection<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> !isNone(value);
    };
  }

  static boolean same(@Nullable Object left, @Nullable Object right) {
    return areNumbers(left, right) ? compare(left, right) == 0 : Objects.equals(left, right);
  }

  private static boolean areNumbers(@Nullable Object left, @Nullable Object right) {
    return left instanceof Number && right instanceof Number;
  }

  static int compare(@Nullable Object left, @Nullable Object right) {
    return areNumbers(left, right)
        ? new BigDecimal(String.valueOf(left)).compareTo(new BigDecimal(String.valueOf(right)))
        : print(left).compareTo(print(right));
  }

  static boolean contains(@Nullable Object holder, @Nullable Object value) {
    return switch (holder) {
      case Map<?, ?> map -> map.containsKey(print(value));
      case Collection<?> list -> list.stream().anyMatch(element -> same(element, value));
      case String text -> text.contains(print(value));
      case null, default -> false;
    };
  }

  static int size(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> map.size();
      case Collection<?> list -> list.size();
      case String text -> text.codePointCount(0, text.length());
      case null, default -> 0;
    };
  }

  /** How much there is to look at: the characters of a text, else all elements within. */
  static long weight(@Nullable Object value) {
    return value instanceof String text ? text.length() : elementsWithin(value);
  }

  private static long elementsWithin(@Nullable Object value) {
    Collection<?> inner =
        switch (value) {
          case Map<?, ?> map -> map.values();
          case Collection<?> list -> list;
          case null, default -> List.of();
        };
    long all = 1;
    for (Object element : inner) {
      all += elementsWithin(element);
    }
    return all;
  }

  /** In how many places a text would be replaced. */
  static long places(String text, String part) {
    if (part.isEmpty()) {
      return text.length() + 1L;
    }
    long places = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      places++;
    }
    return places;
  }

  /** The elements that a loop walks over: those of a list, the keys of a mapping. */
  static List<?> elements(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> list;
      case Map<?, ?> map -> List.copyOf(map.keySet());
      case null, default -> List.of();
    };
  }

  static Object items(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        ? map.entrySet().stream()
            .map(entry -> List.of(entry.getKey(), orNone(entry.getValue())))
            .toList()
        : List.of();
  }

  static List<String> printed(@Nullable Object value) {
    return elements(value).stream().map(Values::print).toList();
  }

  static String print(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case String text -> text;
      case Boolean truth -> truth ? "True" : "False";
      case Map<?, ?> map -> inside(map, "{", "}");
      case Collection<?> list ->
          list.stream().map(Values::quoted).collect(Collectors.joining(", ", "[", "]"));
      case Number number -> number(number);
      default -> isNone(value) ? "None" : value.toString();
    };
  }

  private static String number(Number number) {
    return number instanceof BigDecimal || number instanceof Double || number instanceof Float
        ? floating(number.doubleValue())
        : number.toString();
  }

  /**
   * As Python's {@code float.__repr__}: the fewest digits that tell the number, with an exponent
   * below 1e-4 and from 1e16 on.
   */
  private static String floating(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    String sign = Math.copySign(1, value) < 0 ? "-" : "";
    BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = value == 0 ? 0 : digits.length() - shortest.scale() - 1;
    if (exponent >= LEAST_EXPONENT && exponent < MOST_EXPONENT) {
      String plain = shortest.toPlainString();
      return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    return sign
        + digits.charAt(0)
        + fraction
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static String inside(Map<?, ?> map, String open, String close) {
    return map.entrySet().stream()
        .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
        .collect(Collectors.joining(", ", open, close));
  }

  private static String quoted(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return print(orNone(value));
    }
    boolean doubled = text.indexOf('\'') >= 0 && text.indexOf('"') < 0;
    String escaped = text.replace("\\", "\\\\").replace("\n", "\\n");
    return doubled ? '"' + escaped + '"' : "'" + escaped.replace("'", "\\'") + "'";
  }

  /**
   * As Jinja's {@code tojson}: keys sorted, ASCII alone, and nothing that HTML could read
   * otherwise. The {@code tojson} of transformers' chat templates is another one.
   */
  static String json(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> jsonText(text);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .sorted(Comparator.comparing(entry -> codePoints(entry.getKey()), Arrays::compare))
              .map(entry -> jsonText(print(entry.getKey())) + ": " + json(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Collection<?> list ->
          list.stream().map(Values::json).collect(Collectors.joining(", ", "[", "]"));
      case Number number -> number(number).replace("inf", "Infinity").replace("nan", "NaN");
      default -> isNone(value) ? "null" : value.toString();
    };
  }

  /** Python compares texts by code points, Java by UTF-16 units. */
  private static int[] codePoints(@Nullable Object key) {
    return print(key).codePoints().toArray();
  }

  private static String jsonText(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int named = ESCAPED.indexOf(c);
      if (named >= 0) {
        out.append('\\').append(ESCAPES.charAt(named));
      } else if (c < ' ' || c > '~' || UNSAFE_IN_HTML.indexOf(c) >= 0) {
        out.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
