package io.tokenlane.engine.chat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks up {@code value.name} and {@code value[key]} as jinja2's sandbox does. Only what is listed
 * here and in the method tables exists; there is no way from a value to a Java object.
 */
final class Attributes {
  /** What counts as an index in a path; longer ones are beyond any list. */
  private static final Pattern INDEX = Pattern.compile("\\d{1,18}");

  private Attributes() {}

  /** {@code value.name}: a method or attribute first, then an item. */
  static Object attribute(Object value, String name, Budget budget) {
    refuseUndefined(value);
    Object found = own(value, name);
    return found != null
        ? found
        : orUndefined(itemOrNull(value, name, budget), value, name, budget);
  }

  /** {@code value[key]}: an item first, then an attribute of that name. */
  static Object item(Object value, Object key, Budget budget) {
    refuseUndefined(value);
    Object found = itemOrNull(value, key, budget);
    if (found == null && Values.isText(key)) {
      found = own(value, Values.text(key));
    }
    return orUndefined(found, value, key, budget);
  }

  /**
   * An attribute under a path such as {@code function.name} or {@code 0.id}, as filters take it.
   */
  static Object path(Object value, Object path, Budget budget) {
    if (!Values.isText(path)) {
      return item(value, path, budget);
    }
    budget.elements(Values.text(path).length());
    Object found = value;
    for (String part : Values.text(path).split("\\.")) {
      budget.step();
      found =
          item(found, INDEX.matcher(part).matches() ? (Object) Long.valueOf(part) : part, budget);
    }
    return found;
  }

  private static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.refuse();
    }
  }

  private static Object orUndefined(
      @Nullable Object found, Object owner, Object name, Budget budget) {
    return found == null ? Undefined.attribute(owner, name, budget) : found;
  }

  private static @Nullable Object own(Object value, String name) {
    return switch (value) {
      case String s -> TextMethods.find(s, name);
      case Markup m -> TextMethods.find(m.text(), name);
      case Map<?, ?> m -> ContainerMethods.ofMap(m, name);
      case List<?> l -> ContainerMethods.ofList(Values.objects(l), "list", name);
      case Tuple t when t.find(name) != null -> t.find(name);
      case Tuple t -> ContainerMethods.ofList(t.items(), "tuple", name);
      case Namespace n -> n.find(name);
      case LoopState l -> l.attribute(name);
      default -> null;
    };
  }

  private static @Nullable Object itemOrNull(Object value, Object key, Budget budget) {
    return switch (value) {
      case Map<?, ?> map ->
          key instanceof List || key instanceof Map || key instanceof Tuple || key instanceof View
              ? null
              : map.get(Values.key(key, budget));
      case List<?> list -> element(Values.objects(list), key);
      case Tuple tuple -> element(tuple.items(), key);
      case String text -> character(text, key, budget);
      case Markup markup -> character(markup.text(), key, budget);
      default -> null;
    };
  }

  private static @Nullable Object element(List<Object> items, Object key) {
    int index = index(key, items.size());
    return index < 0 ? null : items.get(index);
  }

  private static @Nullable Object character(String text, Object key, Budget budget) {
    if (!isInteger(key)) {
      return null;
    }
    budget.elements(text.length());
    int index = index(key, text.codePointCount(0, text.length()));
    return index < 0
        ? null
        : Character.toString(text.codePointAt(text.offsetByCodePoints(0, index)));
  }

  private static boolean isInteger(Object key) {
    return key instanceof Long || key instanceof Boolean;
  }

  private static int index(Object key, int size) {
    if (!isInteger(key)) {
      return -1;
    }
    long index = Values.requireInteger(key, "index");
    long fromStart = index < 0 ? index + size : index;
    return fromStart < 0 || fromStart >= size ? -1 : (int) fromStart;
  }
}
