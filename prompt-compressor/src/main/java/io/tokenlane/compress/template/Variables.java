package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Choices computed from variables, written down for a {@link Note}. */
final class Variables implements Walk.Choices {
  private final Map<String, ?> variables;
  private final StringBuilder control = new StringBuilder();
  private final List<String> fields = new ArrayList<>();

  Variables(Map<String, ?> variables) {
    this.variables = variables;
  }

  Note note(String reference) {
    return new Note(reference, control.toString(), fields);
  }

  private @Nullable Object lookup(String name, Walk walk) {
    Object bound = walk.bound(name);
    if (bound != null || !variables.containsKey(name)) {
      return bound;
    }
    return Values.orNone(variables.get(name));
  }

  private @Nullable Object value(Expression expression, Walk walk) {
    return expression.value(new Expression.Scope(name -> lookup(name, walk), walk.work()));
  }

  @Override
  public String print(Expression value, Walk walk) {
    String printed = Values.print(value(value, walk));
    fields.add(printed);
    return printed;
  }

  @Override
  public boolean test(Expression condition, Walk walk) {
    boolean holds = Values.isTrue(value(condition, walk));
    control.append(holds ? 'y' : 'n');
    return holds;
  }

  private List<?> elements(Node.For loop, Walk walk) {
    Object value = value(loop.value(), walk);
    if (loop.names().isEmpty() && !(value instanceof List<?>)) {
      return Values.isTrue(value) ? List.of(Values.orNone(value)) : List.of();
    }
    return Values.elements(value);
  }

  @Override
  public Walk.Rounds rounds(Node.For loop, Walk walk) {
    List<?> elements = elements(loop, walk);
    control.append(elements.size()).append(',');
    return new Walk.Rounds(
        elements.size(), index -> bound(loop, Values.orNone(elements.get(index))));
  }

  private static Map<String, Object> bound(Node.For loop, Object element) {
    Map<String, Object> bound = new HashMap<>();
    if (loop.names().isEmpty()) {
      bound.put(".", element);
      if (element instanceof Map<?, ?> members) {
        members.forEach((name, value) -> bound.put(Values.print(name), Values.orNone(value)));
      }
    } else if (loop.names().size() == 1) {
      bound.put(loop.names().getFirst(), element);
    } else {
      for (int i = 0; i < 2; i++) {
        Object part = Values.member(element, (long) i);
        bound.put(loop.names().get(i), Values.orNone(part));
      }
    }
    return bound;
  }
}
