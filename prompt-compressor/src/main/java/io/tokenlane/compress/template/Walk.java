package io.tokenlane.compress.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rendering of a template. What the variables contribute comes from {@link Choices}: computed
 * from them, or read back from a {@link Note}. Each thing is asked once: a variable printed twice,
 * or tested and printed in the same iteration, is one choice.
 */
final class Walk {
  /** What a rendering takes from its variables. */
  interface Choices {
    String print(Expression value, Walk walk);

    boolean test(Expression condition, Walk walk);

    /** How often a loop's body is rendered. */
    int count(Node.For loop, Walk walk);

    /** What the loop's names stand for in one round; empty where values are not known. */
    Map<String, Object> round(Node.For loop, int index, Walk walk);
  }

  /** One round of a loop. */
  private record Round(Node.For loop, int id, Map<String, Object> values) {
    boolean binds(String name) {
      return loop.names().isEmpty() || loop.names().contains(name) || name.equals("loop");
    }
  }

  private final Choices choices;
  private final StringBuilder out = new StringBuilder();
  private final Deque<Round> rounds = new ArrayDeque<>();
  private final Map<String, String> printed = new HashMap<>();
  private final Map<String, Boolean> tested = new HashMap<>();
  private int lastRound;

  private Walk(Choices choices) {
    this.choices = choices;
  }

  static String render(List<Node> nodes, Choices choices) {
    Walk walk = new Walk(choices);
    walk.all(nodes);
    return walk.out.toString();
  }

  /** What a name stands for in the innermost loop that binds it; null if none does. */
  @Nullable Object bound(String name) {
    for (Round round : rounds) {
      Object value = round.values().get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private void all(List<Node> nodes) {
    for (Node node : nodes) {
      switch (node) {
        case Node.Text text -> out.append(text.text());
        case Node.Output output -> out.append(print(output.value()));
        case Node.If branches -> branch(branches);
        case Node.For loop -> loop(loop);
      }
    }
  }

  private String print(Expression value) {
    if (isOwn(value)) {
      return Values.print(value.value(this::bound));
    }
    String key = key(value);
    String known = printed.get(key);
    if (known == null) {
      known = choices.print(value, this);
      printed.put(key, known);
    }
    return known;
  }

  private boolean test(Expression condition) {
    if (isOwn(condition)) {
      return Values.isTrue(condition.value(this::bound));
    }
    String key = key(condition);
    Boolean known = tested.get(key);
    if (known == null) {
      known = choices.test(condition, this);
      tested.put(key, known);
    }
    return known;
  }

  /** Whether it hangs on nothing but constants and the loop's own state. */
  private static boolean isOwn(Expression expression) {
    return expression.roots().allMatch(name -> name.equals("loop"));
  }

  /** The expression, with the rounds in which its names are bound. */
  private String key(Expression expression) {
    return expression
        + expression
            .roots()
            .flatMap(name -> rounds.stream().filter(round -> round.binds(name)).limit(1))
            .map(round -> "@" + round.id())
            .collect(Collectors.joining());
  }

  private void branch(Node.If node) {
    for (Node.Branch branch : node.branches()) {
      if (test(branch.condition())) {
        all(branch.body());
        return;
      }
    }
  }

  private void loop(Node.For loop) {
    int count = choices.count(loop, this);
    if (count == 0) {
      all(loop.otherwise());
    }
    for (int i = 0; i < count; i++) {
      Map<String, Object> values = new HashMap<>(choices.round(loop, i, this));
      if (!loop.names().isEmpty()) {
        values.put("loop", state(i, count));
      }
      rounds.push(new Round(loop, ++lastRound, values));
      all(loop.body());
      rounds.pop();
    }
  }

  private static Map<String, Object> state(int index, int count) {
    return Map.of(
        "index",
        (long) index + 1,
        "index0",
        (long) index,
        "first",
        index == 0,
        "last",
        index == count - 1,
        "length",
        (long) count);
  }
}
