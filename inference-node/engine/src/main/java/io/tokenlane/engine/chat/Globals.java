package io.tokenlane.engine.chat;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that every template sees. */
final class Globals {
  /** Longest range, as in jinja2's sandbox. */
  private static final long MAX_RANGE = 100_000;

  static final Map<String, Object> ALL =
      Map.of(
          "range", (Callable) Globals::range,
          "dict", (Callable) Globals::dict,
          "namespace", (Callable) Globals::namespace,
          "raise_exception", (Callable) Globals::raise,
          "strftime_now", (Callable) Globals::now);

  private Globals() {}

  private static Object range(Arguments arguments, Scope scope) {
    arguments.require(0, "stop");
    arguments.atMost("range", 3, Set.of());
    boolean onlyStop = arguments.positional().size() == 1;
    long start = onlyStop ? 0 : integer(arguments, 0);
    long stop = integer(arguments, onlyStop ? 0 : 1);
    long step = arguments.positional().size() == 3 ? integer(arguments, 2) : 1;
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    double count = Math.ceil(((double) stop - start) / step);
    if (count > MAX_RANGE) {
      throw new TemplateException("Range too big. The sandbox blocks ranges larger than 100000.");
    }
    scope.budget().objects((long) Math.max(0, count));
    List<Object> range = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      range.add(start + i * step);
    }
    return range;
  }

  private static long integer(Arguments arguments, int index) {
    return Values.requireInteger(arguments.positional().get(index), "range");
  }

  private static Object dict(Arguments arguments, Scope scope) {
    Map<Object, Object> map = new LinkedHashMap<>();
    arguments.atMost("dict", 1, arguments.named().keySet());
    if (!arguments.positional().isEmpty()) {
      entries(arguments.positional().getFirst(), map, scope.budget());
    }
    scope.budget().objects(arguments.named().size());
    map.putAll(arguments.named());
    return map;
  }

  private static void entries(Object source, Map<Object, Object> map, Budget budget) {
    if (source instanceof Map<?, ?> given) {
      budget.objects(given.size());
      map.putAll(given);
      return;
    }
    for (Object pair : Values.list(source, budget)) {
      budget.step();
      List<Object> parts = Values.list(pair, budget);
      if (parts.size() != 2) {
        throw new TemplateException("dict(): " + parts.size() + " elements (expected: pairs)");
      }
      map.put(Values.key(parts.get(0), budget), parts.get(1));
    }
  }

  private static Object namespace(Arguments arguments, Scope scope) {
    Namespace namespace = new Namespace();
    Map<?, ?> attributes = (Map<?, ?>) dict(arguments, scope);
    attributes.forEach((name, value) -> namespace.set(Values.print(name, scope.budget()), value));
    return namespace;
  }

  private static Object raise(Arguments arguments, Scope scope) {
    throw new TemplateException(Values.print(arguments.require(0, "message"), scope.budget()));
  }

  private static Object now(Arguments arguments, Scope scope) {
    String pattern = Values.requireText(arguments.require(0, "format"), "strftime_now");
    return Strftime.format(pattern, ZonedDateTime.now(scope.clock()));
  }
}
