package io.tokenlane.engine.chat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns plain Java values into template values; copies, so that a rendering sees no change. */
final class Border {
  private static final int MAX_DEPTH = 500;

  private Border() {}

  static Object value(@Nullable Object given) {
    return value(given, 0);
  }

  private static Object value(@Nullable Object given, int depth) {
    if (depth > MAX_DEPTH) {
      throw new TemplateException("value nests deeper than " + MAX_DEPTH);
    }
    return switch (given) {
      case null -> None.NONE;
      case String s -> s;
      case Boolean b -> b;
      case Double d -> d;
      case Float f -> (double) f;
      case Long l -> l;
      case Integer i -> (long) i;
      case Short s -> (long) s;
      case Byte b -> (long) b;
      case BigInteger i -> integer(i);
      case Map<?, ?> map -> map(map, depth);
      case List<?> list -> list(list, depth);
      default ->
          throw new TemplateException(
              "value of type "
                  + given.getClass().getName()
                  + " (expected: map, list, string, boolean, integer, float or null)");
    };
  }

  /** Beyond 64 bits a number is only printed. */
  private static Object integer(BigInteger i) {
    return i.bitLength() < Long.SIZE ? (Object) i.longValue() : i;
  }

  private static Map<Object, Object> map(Map<?, ?> given, int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> map.put(Values.key(value(key, depth + 1)), value(value, depth + 1)));
    return map;
  }

  private static List<Object> list(List<?> given, int depth) {
    List<Object> list = new ArrayList<>(given.size());
    given.forEach(element -> list.add(value(element, depth + 1)));
    return list;
  }
}
