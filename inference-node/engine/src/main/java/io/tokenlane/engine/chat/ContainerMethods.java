package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of dictionaries, lists and tuples; those that would change one are refused. */
final class ContainerMethods {
  private static final Set<String> MAP_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private ContainerMethods() {}

  static @Nullable Object ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "get" -> (Callable) (arguments, scope) -> get(map, arguments, scope.budget());
      case "items" -> (Callable) (arguments, scope) -> items(map, scope.budget());
      case "keys" -> (Callable) (arguments, scope) -> view("dict_keys", map.keySet(), scope);
      case "values" -> (Callable) (arguments, scope) -> view("dict_values", map.values(), scope);
      case "copy" -> (Callable) (arguments, scope) -> copy(map, scope.budget());
      default -> MAP_CHANGES.contains(name) ? unsafe("dict", name) : null;
    };
  }

  static @Nullable Object ofList(List<Object> list, String type, String name) {
    return switch (name) {
      case "count" -> (Callable) (arguments, scope) -> count(list, arguments, scope.budget());
      case "index" -> (Callable) (arguments, scope) -> index(list, arguments, scope.budget());
      case "copy" -> type.equals("list") ? (Callable) (arguments, scope) -> list : null;
      default -> type.equals("list") && LIST_CHANGES.contains(name) ? unsafe(type, name) : null;
    };
  }

  private static Object get(Map<?, ?> map, Arguments arguments, Budget budget) {
    Object value = map.get(Values.key(arguments.require(0, "key"), budget));
    return value == null ? arguments.get(1, "default", None.NONE) : value;
  }

  private static Map<Object, Object> copy(Map<?, ?> map, Budget budget) {
    budget.objects(map.size());
    return new LinkedHashMap<>(map);
  }

  /** The pairs of a dictionary. */
  static View items(Map<?, ?> map, Budget budget) {
    budget.objects(map.size());
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
    return new View("dict_items", pairs);
  }

  private static View view(String name, java.util.Collection<?> elements, Scope scope) {
    scope.budget().elements(elements.size());
    return new View(name, new ArrayList<>(elements));
  }

  private static Object count(List<Object> list, Arguments arguments, Budget budget) {
    Object wanted = arguments.require(0, "value");
    budget.objects(list.size());
    return list.stream().filter(item -> Values.equal(item, wanted, budget)).count();
  }

  private static Object index(List<Object> list, Arguments arguments, Budget budget) {
    Object wanted = arguments.require(0, "value");
    for (int i = 0; i < list.size(); i++) {
      budget.step();
      if (Values.equal(list.get(i), wanted, budget)) {
        return (long) i;
      }
    }
    throw new TemplateException(PythonText.repr(wanted, budget) + " is not in list");
  }

  private static Undefined unsafe(String type, String name) {
    return new Undefined("access to attribute '" + name + "' of '" + type + "' object is unsafe.");
  }
}
