package io.tokenlane.engine.chat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python says about values in general. A value is a String, Markup, Long, BigInteger (where a
 * Long is too small), Double, Boolean, None, List, Tuple, Map, Undefined, Namespace, Generator,
 * View or Callable.
 */
final class Values {
  private Values() {}

  /** Whether a value counts as true. */
  static boolean truth(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case None n -> false;
      case Undefined u -> false;
      case Long l -> l != 0;
      case Double d -> d != 0;
      case Generator g -> true;
      case String s -> !s.isEmpty();
      case Markup m -> !m.text().isEmpty();
      default -> {
        Integer size = size(value);
        yield size == null || size > 0;
      }
    };
  }

  /** Python's {@code len}; null where there is none. */
  static @Nullable Integer length(Object value, Budget budget) {
    if (!isText(value)) {
      return size(value);
    }
    String text = text(value);
    budget.elements(text.length());
    return text.codePointCount(0, text.length());
  }

  /** How many elements a container has; null where it is none. */
  private static @Nullable Integer size(Object value) {
    return switch (value) {
      case List<?> l -> l.size();
      case Tuple t -> t.items().size();
      case Map<?, ?> m -> m.size();
      case View v -> v.items().size();
      case Undefined u -> 0;
      default -> null;
    };
  }

  /** Whether Python can iterate over it. */
  static boolean isIterable(Object value) {
    return isText(value) || size(value) != null || value instanceof Generator;
  }

  /** The elements of an iterable; uses a generator up. */
  static List<Object> list(Object value, Budget budget) {
    return switch (value) {
      case List<?> l -> objects(l);
      case Tuple t -> t.items();
      case View v -> v.items();
      case Generator g -> g.take();
      case Map<?, ?> m -> keys(m, budget);
      case String s -> new Characters(s, budget);
      case Markup m -> new Characters(m.text(), budget);
      case Undefined u -> List.of();
      default -> throw new TemplateException("'" + typeName(value) + "' object is not iterable");
    };
  }

  private static List<Object> keys(Map<?, ?> map, Budget budget) {
    budget.elements(map.size());
    return new ArrayList<>(map.keySet());
  }

  /** The list as one of values; only values are ever put into lists. */
  @SuppressWarnings("unchecked") // read-only use
  static List<Object> objects(List<?> list) {
    return (List<Object>) list;
  }

  /** Whether it is a string. */
  static boolean isText(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  /** The text of what {@link #isText is one}. */
  static String text(Object value) {
    return value instanceof Markup markup ? markup.text() : (String) value;
  }

  /** Python's {@code str(value)}; takes the steps for what is not yet a text. */
  static String print(Object value, Budget budget) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Undefined u -> "";
      default -> PythonText.repr(value, budget);
    };
  }

  /** A string's text; refuses everything else. */
  static String requireText(Object value, String what) {
    if (!isText(value)) {
      throw new TemplateException(what + ": " + typeName(value) + " (expected: str)");
    }
    return text(value);
  }

  /** An integer, or a boolean as one; refuses everything else. */
  static long requireInteger(Object value, String what) {
    return switch (value) {
      case Long l -> l;
      case Boolean b -> b ? 1 : 0;
      case Undefined u -> throw u.refuse();
      default ->
          throw new TemplateException(what + ": " + typeName(value) + " (expected: integer)");
    };
  }

  /** The name Python gives the type. */
  static String typeName(Object value) {
    return switch (value) {
      case String s -> "str";
      case Markup m -> "Markup";
      case Boolean b -> "bool";
      case Long l -> "int";
      case BigInteger i -> "int";
      case Double d -> "float";
      case None n -> "NoneType";
      case List<?> l -> "list";
      case Tuple t -> "tuple";
      case Map<?, ?> m -> "dict";
      case View v -> v.name();
      case Generator g -> "generator";
      case Namespace n -> "Namespace";
      case Undefined u -> "Undefined";
      default -> "function";
    };
  }

  /** {@link #key(Object)}, with the steps for comparing it with another. */
  static Object key(Object value, Budget budget) {
    Object key = key(value);
    if (key instanceof String text) {
      budget.elements(text.length());
    }
    return key;
  }

  /** The form of a value as a dictionary's key: equal numbers are one key. */
  static Object key(Object value) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> (long) (double) d;
      case List<?> l -> throw new TemplateException("unhashable type: 'list'");
      case Map<?, ?> m -> throw new TemplateException("unhashable type: 'dict'");
      case View v -> throw new TemplateException("unhashable type: '" + v.name() + "'");
      case Tuple t -> throw new TemplateException("a tuple cannot be a key here");
      default -> value;
    };
  }

  /** Python's {@code ==}. */
  static boolean equal(Object left, Object right, Budget budget) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right) == 0;
    } else if (isText(left) && isText(right)) {
      budget.elements(text(left).length());
      return text(left).equals(text(right));
    } else if (left instanceof Undefined) {
      return right instanceof Undefined;
    } else if (left instanceof List<?> a && right instanceof List<?> b) {
      return equalItems(objects(a), objects(b), budget);
    } else if (left instanceof Tuple a && right instanceof Tuple b) {
      return equalItems(a.items(), b.items(), budget);
    } else if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return equalEntries(a, b, budget);
    }
    return !(left instanceof View) && left.equals(right);
  }

  private static boolean equalItems(List<Object> left, List<Object> right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.enter();
    Iterator<Object> others = right.iterator();
    boolean equal = true;
    for (Object item : left) {
      budget.step();
      equal = equal && equal(item, others.next(), budget);
    }
    budget.leave();
    return equal;
  }

  private static boolean equalEntries(Map<?, ?> left, Map<?, ?> right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.enter();
    boolean equal = true;
    for (Map.Entry<?, ?> entry : left.entrySet()) {
      budget.step();
      Object other = right.get(key(entry.getKey(), budget));
      equal = equal && other != null && equal(entry.getValue(), other, budget);
    }
    budget.leave();
    return equal;
  }

  /** Python's ordering of numbers, strings, lists and tuples. */
  static int compare(Object left, Object right, Budget budget) {
    budget.step();
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    } else if (isText(left) && isText(right)) {
      budget.elements(Math.min(text(left).length(), text(right).length()));
      return PythonText.compare(text(left), text(right));
    } else if (left instanceof List<?> a && right instanceof List<?> b) {
      return compareItems(objects(a), objects(b), budget);
    } else if (left instanceof Tuple a && right instanceof Tuple b) {
      return compareItems(a.items(), b.items(), budget);
    }
    throw new TemplateException(
        "'" + typeName(left) + "' and '" + typeName(right) + "' cannot be ordered");
  }

  private static int compareItems(List<Object> left, List<Object> right, Budget budget) {
    budget.enter();
    int order = 0;
    for (int i = 0; order == 0 && i < Math.min(left.size(), right.size()); i++) {
      boolean same = equal(left.get(i), right.get(i), budget);
      order = same ? 0 : compare(left.get(i), right.get(i), budget);
    }
    budget.leave();
    return order != 0 ? order : Integer.compare(left.size(), right.size());
  }

  /** Python's {@code item in container}. */
  static boolean contains(Object container, Object item, Budget budget) {
    if (isText(container)) {
      String sought = requireText(item, "'in <string>'");
      budget.search(text(container), sought);
      return text(container).contains(sought);
    } else if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item, budget));
    }
    for (Object element : list(container, budget)) {
      budget.step();
      if (equal(element, item, budget)) {
        return true;
      }
    }
    return false;
  }
}
