package io.tokenlane.compress.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rendering of a template. What the variables contribute comes from {@link Choices}: computed
 * from them, or read back from a {@link Note}. Each thing is asked once: a variable printed twice,
 * or tested and printed in the same iteration, is one choice. Ends with an {@link
 * IllegalArgumentException} where it takes more than {@link Work} allows.
 */
final class Walk {
  /** A round takes about as long as writing so many characters. */
  private static final int ROUND = 10;

  /** What a rendering takes from its variables. */
  interface Choices {
    String print(Expression value, Walk walk);

    boolean test(Expression condition, Walk walk);

    Rounds rounds(Node.For loop, Walk walk);
  }

  /**
   * How often a loop's body is rendered.
   *
   * @param values what the loop's names stand for in one round; empty where that is not known
   */
  record Rounds(int count, IntFunction<Map<String, Object>> values) {}

  /** What is asked of an expression again and again. */
  private record Known(String text, List<String> roots) {
    static Known of(Expression expression) {
      return new Known(expression.toString(), expression.roots().toList());
    }

    /** Whether it hangs on nothing but constants and the loop's own state. */
    boolean isOwn() {
      return roots.stream().allMatch(name -> name.equals("loop"));
    }
  }

  /** One round of a loop. */
  private record Round(Node.For loop, int id, Map<String, Object> values) {
    boolean binds(String name) {
      return loop.names().isEmpty() || loop.names().contains(name) || name.equals("loop");
    }
  }

  private final Choices choices;
  private final Work work = new Work();
  private final StringBuilder out = new StringBuilder();
  private final Deque<Round> rounds = new ArrayDeque<>();
  private final Map<String, String> printed = new HashMap<>();
  private final Map<String, Boolean> tested = new HashMap<>();
  private final IdentityHashMap<Expression, Known> expressions = new IdentityHashMap<>();
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

  /** What all of this rendering may cost. */
  Work work() {
    return work;
  }

  private void all(List<Node> nodes) {
    for (Node node : nodes) {
      work.spend(1);
      switch (node) {
        case Node.Text text -> write(text.text());
        case Node.Output output -> write(print(output.value()));
        case Node.If branches -> branch(branches);
        case Node.For loop -> loop(loop);
      }
    }
  }

  private void write(String text) {
    work.spend(text.length());
    out.append(text);
  }

  private Known known(Expression expression) {
    Known known = expressions.computeIfAbsent(expression, Known::of);
    work.spend(known.text().length());
    return known;
  }

  private @Nullable Object own(Expression expression) {
    return expression.value(new Expression.Scope(this::bound, work));
  }

  private String print(Expression value) {
    Known expression = known(value);
    if (expression.isOwn()) {
      return Values.print(own(value));
    }
    String key = key(expression);
    String known = printed.get(key);
    if (known == null) {
      known = choices.print(value, this);
      printed.put(key, known);
    }
    return known;
  }

  private boolean test(Expression condition) {
    Known expression = known(condition);
    if (expression.isOwn()) {
      return Values.isTrue(own(condition));
    }
    String key = key(expression);
    Boolean known = tested.get(key);
    if (known == null) {
      known = choices.test(condition, this);
      tested.put(key, known);
    }
    return known;
  }

  /** The expression, with the rounds in which its names are bound. */
  private String key(Known expression) {
    return expression.text()
        + expression.roots().stream()
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
    var _ = known(loop.value());
    Rounds all = choices.rounds(loop, this);
    if (all.count() == 0) {
      all(loop.otherwise());
    }
    for (int i = 0; i < all.count(); i++) {
      Map<String, Object> values = new HashMap<>(all.values().apply(i));
      work.spend(ROUND + values.size());
      if (!loop.names().isEmpty()) {
        values.put("loop", state(i, all.count()));
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
