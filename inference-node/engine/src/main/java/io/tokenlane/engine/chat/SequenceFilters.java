package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters over sequences and dictionaries. */
final class SequenceFilters {
  private static final List<String> GROUP = List.of("grouper", "list");

  private SequenceFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("length", (value, arguments, scope) -> length(value, scope));
    all.put("list", (value, arguments, scope) -> new ArrayList<>(list(value, scope)));
    all.put("first", (value, arguments, scope) -> first(value, scope));
    all.put("last", (value, arguments, scope) -> last(value, scope));
    all.put("items", (value, arguments, scope) -> items(value, scope));
    all.put("dictsort", SequenceFilters::dictsort);
    all.put("sort", SequenceFilters::sort);
    all.put("unique", SequenceFilters::unique);
    all.put("min", (value, arguments, scope) -> extreme(value, arguments, scope, -1));
    all.put("max", (value, arguments, scope) -> extreme(value, arguments, scope, 1));
    all.put("sum", SequenceFilters::sum);
    all.put("map", SequenceFilters::map);
    all.put("reverse", (value, arguments, scope) -> reverse(value, scope));
    all.put("batch", SequenceFilters::batch);
    all.put("groupby", SequenceFilters::groupBy);
    all.put("select", (value, a, scope) -> select(value, test(a, 0, scope), scope));
    all.put("reject", (value, a, scope) -> select(value, test(a, 0, scope).negate(), scope));
    all.put("selectattr", (value, a, scope) -> select(value, attribute(a, scope), scope));
    all.put("rejectattr", (value, a, scope) -> select(value, attribute(a, scope).negate(), scope));
  }

  /** The elements to map or select; nothing false has any, whatever its type. */
  private static List<Object> listIfTrue(Object value, Scope scope) {
    return Values.truth(value) ? list(value, scope) : List.of();
  }

  private static List<Object> list(Object value, Scope scope) {
    List<Object> list = Values.list(value, scope.budget());
    scope.budget().allocate(list.size());
    return list;
  }

  private static Object length(Object value, Scope scope) {
    Integer length = Values.length(value, scope.budget());
    if (length == null) {
      throw new TemplateException("object of type '" + Values.typeName(value) + "' has no len()");
    }
    return (long) length;
  }

  private static Object first(Object value, Scope scope) {
    if (value instanceof Generator generator) {
      return generator.takeFirst();
    }
    List<Object> items = Values.list(value, scope.budget());
    return items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.getFirst();
  }

  private static Object last(Object value, Scope scope) {
    if (value instanceof Generator) {
      throw new TemplateException("'generator' object is not reversible");
    }
    List<Object> items = list(value, scope);
    return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
  }

  private static Object items(Object value, Scope scope) {
    if (value instanceof Undefined) {
      return new Generator(List.of());
    } else if (value instanceof Map<?, ?> map) {
      return new Generator(ContainerMethods.items(map, scope.budget()).items());
    }
    throw new TemplateException("Can only get item pairs from a mapping.");
  }

  private static Object dictsort(Object value, Arguments arguments, Scope scope) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException("dictsort: " + Values.typeName(value) + " (expected: dict)");
    }
    boolean exactCase = Values.truth(arguments.get(0, "case_sensitive", false));
    String by = Values.print(arguments.get(1, "by", "key"), scope.budget());
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateException("You can only sort by either \"key\" or \"value\"");
    }
    int part = by.equals("key") ? 0 : 1;
    boolean reversed = Values.truth(arguments.get(2, "reverse", false));
    List<Object> pairs = ContainerMethods.items(map, scope.budget()).items();
    return sorted(
        pairs, pair -> fold(((Tuple) pair).items().get(part), exactCase, scope), reversed, scope);
  }

  private static Object sort(Object value, Arguments arguments, Scope scope) {
    boolean exactCase = Values.truth(arguments.get(1, "case_sensitive", false));
    Object attribute = arguments.get(2, "attribute", None.NONE);
    List<Object> paths = paths(attribute);
    return sorted(
        list(value, scope),
        item -> sortKey(item, paths, exactCase, scope),
        Values.truth(arguments.get(0, "reverse", false)),
        scope);
  }

  private static List<Object> paths(Object attribute) {
    return Values.isText(attribute)
        ? new ArrayList<>(List.of(Values.text(attribute).split(",")))
        : List.of(attribute);
  }

  private static Object sortKey(Object item, List<Object> paths, boolean exactCase, Scope scope) {
    List<Object> keys = new ArrayList<>();
    paths.forEach(path -> keys.add(fold(at(item, path, scope), exactCase, scope)));
    return keys;
  }

  private static Object at(Object item, Object path, Scope scope) {
    return path instanceof None ? item : Attributes.path(item, path, scope.budget());
  }

  private static Object fold(Object value, boolean exactCase, Scope scope) {
    if (exactCase || !Values.isText(value)) {
      return value;
    }
    String text = Values.text(value);
    scope.budget().elements(text.length());
    return text.toLowerCase(Locale.ROOT);
  }

  private static List<Object> sorted(
      List<Object> items, UnaryOperator<Object> key, boolean reversed, Scope scope) {
    record Keyed(Object key, Object item) {}
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Comparator<Keyed> order = (a, b) -> Values.compare(a.key(), b.key(), scope.budget());
    keyed.sort(reversed ? order.reversed() : order);
    List<Object> sorted = new ArrayList<>();
    keyed.forEach(each -> sorted.add(each.item()));
    return sorted;
  }

  private static Object unique(Object value, Arguments arguments, Scope scope) {
    boolean exactCase = Values.truth(arguments.get(0, "case_sensitive", false));
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Set<Object> seen = new HashSet<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : list(value, scope)) {
      if (seen.add(
          Values.key(fold(at(item, attribute, scope), exactCase, scope), scope.budget()))) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Object extreme(Object value, Arguments arguments, Scope scope, int wanted) {
    boolean exactCase = Values.truth(arguments.get(0, "case_sensitive", false));
    Object attribute = arguments.get(1, "attribute", None.NONE);
    Object best = new Undefined("No aggregated item, sequence was empty.");
    Object bestKey = best;
    for (Object item : list(value, scope)) {
      Object key = fold(at(item, attribute, scope), exactCase, scope);
      if (bestKey instanceof Undefined
          || Integer.signum(Values.compare(key, bestKey, scope.budget())) == wanted) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }

  private static Object sum(Object value, Arguments arguments, Scope scope) {
    Object attribute = arguments.get(0, "attribute", None.NONE);
    Object total = arguments.get(1, "start", 0L);
    for (Object item : list(value, scope)) {
      total = Operators.apply("+", total, at(item, attribute, scope), scope);
    }
    return total;
  }

  private static Object map(Object value, Arguments arguments, Scope scope) {
    List<Object> mapped = new ArrayList<>();
    Object attribute = arguments.named().get("attribute");
    boolean byAttribute = arguments.positional().isEmpty() && attribute != null;
    String filter = byAttribute ? "" : Values.print(arguments.require(0, "filter"), scope.budget());
    for (Object item : listIfTrue(value, scope)) {
      scope.budget().step();
      if (byAttribute && attribute != null) {
        Object found = Attributes.path(item, attribute, scope.budget());
        Object otherwise = arguments.named().get("default");
        mapped.add(found instanceof Undefined && otherwise != null ? otherwise : found);
      } else {
        mapped.add(Filters.apply(filter, item, arguments.skip(1), scope));
      }
    }
    return new Generator(mapped);
  }

  private static Predicate<Object> test(Arguments arguments, int index, Scope scope) {
    if (index >= arguments.positional().size()) {
      return Values::truth;
    }
    String name = Values.print(arguments.positional().get(index), scope.budget());
    Arguments rest = arguments.skip(index + 1);
    return item -> Values.truth(Tests.apply(name, item, rest, scope));
  }

  private static Predicate<Object> attribute(Arguments arguments, Scope scope) {
    Object path = arguments.require(0, "attribute");
    Predicate<Object> test = test(arguments, 1, scope);
    return item -> test.test(Attributes.path(item, path, scope.budget()));
  }

  private static Object select(Object value, Predicate<Object> test, Scope scope) {
    List<Object> kept = new ArrayList<>();
    for (Object item : listIfTrue(value, scope)) {
      scope.budget().step();
      if (test.test(item)) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Object reverse(Object value, Scope scope) {
    if (Values.isText(value)) {
      String text = Values.text(value);
      scope.budget().allocate(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> reversed = new ArrayList<>(list(value, scope));
    Collections.reverse(reversed);
    return new Generator(reversed);
  }

  private static Object batch(Object value, Arguments arguments, Scope scope) {
    long size = Values.requireInteger(arguments.require(0, "linecount"), "linecount");
    Object fill = arguments.get(1, "fill_with", None.NONE);
    if (size < 1) {
      throw new TemplateException("linecount: " + size + " (expected: > 0)");
    }
    List<Object> batches = new ArrayList<>();
    List<Object> items = list(value, scope);
    scope.budget().objects(items.size() / size);
    for (int from = 0; from < items.size(); from += (int) Math.min(size, items.size())) {
      int to = (int) Math.min(from + size, items.size());
      List<Object> batch = new ArrayList<>(items.subList(from, to));
      if (!(fill instanceof None)) {
        scope.budget().allocate(size);
        batch.addAll(Collections.nCopies((int) size - batch.size(), fill));
      }
      batches.add(batch);
    }
    return new Generator(batches);
  }

  /** Neighbours of equal keys are a group, named as its first item has the key. */
  private static Object groupBy(Object value, Arguments arguments, Scope scope) {
    Object attribute = arguments.require(0, "attribute");
    Object otherwise = arguments.get(1, "default", None.NONE);
    boolean exactCase = Values.truth(arguments.get(2, "case_sensitive", false));
    UnaryOperator<Object> name = item -> orElse(at(item, attribute, scope), otherwise);
    UnaryOperator<Object> key = item -> fold(name.apply(item), exactCase, scope);
    List<Object> groups = new ArrayList<>();
    List<Object> group = List.of();
    Object last = None.NONE;
    for (Object item : sorted(list(value, scope), key, false, scope)) {
      Object now = key.apply(item);
      if (group.isEmpty() || !Values.equal(last, now, scope.budget())) {
        group = new ArrayList<>();
        groups.add(new Tuple(List.of(name.apply(item), group), GROUP));
      }
      group.add(item);
      last = now;
    }
    return groups;
  }

  private static Object orElse(Object found, Object otherwise) {
    return found instanceof Undefined && !(otherwise instanceof None) ? otherwise : found;
  }
}
