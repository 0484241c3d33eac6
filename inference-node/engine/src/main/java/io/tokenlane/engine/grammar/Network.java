package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles an expression to routines. */
final class Network {
  private static final int MOST_NODES = 1_000_000;

  private final TokenIndex tokens;
  private final Map<Rule, Routine> routines = new HashMap<>();
  private final Deque<Runnable> pending = new ArrayDeque<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Routine> all = new ArrayList<>();
  private final Map<Node, String> nothings = new HashMap<>();

  private Network(TokenIndex tokens) {
    this.tokens = tokens;
  }

  /**
   * The routine that stands for the whole expression.
   *
   * @throws GrammarException if it is too large, has no word that the tokens can write, or calls
   *     itself without a byte between
   */
  static Routine compile(Expr root, TokenIndex tokens) {
    Network network = new Network(tokens);
    Routine main = network.routine("root", false, root);
    while (!network.pending.isEmpty()) {
      network.pending.pop().run();
    }
    network.measure();
    if (main.least() >= Node.INFINITE) {
      String why = network.whyNothing(main.start(), new HashSet<>());
      throw new GrammarException(
          "no finite value fits%s (expected: at least one)"
              .formatted(why == null ? "" : ": " + why));
    }
    network.refuseEmptyRecursion();
    return main;
  }

  private Routine routine(String name, boolean character, Expr body) {
    Routine routine = new Routine(name, character);
    all.add(routine);
    pending.add(() -> routine.begin(node(body, add(new Node.End()))));
    return routine;
  }

  private Routine routine(Rule rule) {
    Routine known = routines.get(rule);
    if (known == null) {
      known = routine(rule.toString(), rule.isCharacter(), rule.body());
      routines.put(rule, known);
    }
    return known;
  }

  private Node add(Node node) {
    if (nodes.size() >= MOST_NODES) {
      throw new GrammarException(
          "grammar: over %d nodes (expected: a smaller schema)".formatted(MOST_NODES));
    }
    nodes.add(node);
    return node;
  }

  private Node node(Expr expression, Node next) {
    return switch (expression) {
      case Expr.Bytes bytes -> read(bytes.low(), bytes.high(), next);
      case Expr.Sequence sequence -> sequence(sequence.parts(), next);
      case Expr.Choice choice ->
          add(new Node.Split(choice.options().stream().map(o -> node(o, next)).toList()));
      case Expr.Nothing nothing -> nothing(nothing.why());
      case Expr.Repeat repeat -> repeat(repeat, next);
      case Expr.Call call -> add(new Node.Call(routine(call.rule()), next));
      case Expr.Control control -> bytes(TokenIndex.controlBytes(control.text()), next);
    };
  }

  private Node nothing(String why) {
    Node node = add(new Node.Split(List.of()));
    nothings.put(node, why);
    return node;
  }

  /** Why a place has no end; null if nothing but recursion is the reason. */
  private @Nullable String whyNothing(Node node, Set<Node> seen) {
    if (node.least < Node.INFINITE || !seen.add(node)) {
      return null;
    }
    List<Node> on =
        switch (node) {
          case Node.Split split -> split.options;
          case Node.Call call -> List.of(call.routine.start(), call.next);
          case Node.Loop loop -> List.of(loop.routine.start(), loop.next);
          case Node.Read read -> List.of(read.next);
          case Node.End end -> List.of();
        };
    String why = nothings.get(node);
    for (Node next : on) {
      why = why == null ? whyNothing(next, seen) : why;
    }
    return why;
  }

  private Node sequence(List<Expr> parts, Node next) {
    Node node = next;
    for (Expr part : parts.reversed()) {
      node = node(part, node);
    }
    return node;
  }

  private Node bytes(byte[] bytes, Node next) {
    Node node = next;
    for (int i = bytes.length - 1; i >= 0; i--) {
      node = read(bytes[i] & 0xFF, bytes[i] & 0xFF, node);
    }
    return node;
  }

  private Node read(int low, int high, Node next) {
    return add(new Node.Read(low, high, next, tokens.canWrite(low, high)));
  }

  private Node repeat(Expr.Repeat repeat, Node next) {
    if (repeat.most() == 1) {
      Node once = node(repeat.body(), next);
      return repeat.least() == 1 ? once : add(new Node.Split(List.of(next, once)));
    }
    Routine body =
        repeat.body() instanceof Expr.Call call
            ? routine(call.rule())
            : routine("repeated", false, repeat.body());
    return add(new Node.Loop(body, repeat.least(), repeat.most(), next));
  }

  /** Fixed point of the fewest bytes; successors of a node were made before it. */
  private void measure() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes) {
        int least = node.computedLeast();
        changed |= least != node.least;
        node.least = least;
      }
      for (Node node : nodes.reversed()) {
        int least = node.computedLeast();
        changed |= least != node.least;
        node.least = least;
      }
    }
  }

  private void refuseEmptyRecursion() {
    FirstPlaces places = new FirstPlaces();
    for (Routine routine : all) {
      places.visit(routine);
    }
  }

  /** Follows what is reached without a byte. */
  private static final class FirstPlaces {
    private final Set<Node> open = new HashSet<>();
    private final Set<Node> done = new HashSet<>();

    void visit(Routine routine) {
      if (open.contains(routine.start())) {
        throw new GrammarException(
            routine.name + ": refers to itself with nothing between (expected: a value between)");
      }
      visit(routine.start());
    }

    private void visit(Node node) {
      if (done.contains(node) || !open.add(node)) {
        return;
      }
      switch (node) {
        case Node.Split split -> split.options.forEach(this::visit);
        case Node.Call call -> visit(call.routine, call.routine.least() == 0, call.next);
        case Node.Loop loop ->
            visit(loop.routine, loop.fewest == 0 || loop.routine.least() == 0, loop.next);
        case Node.Read read -> {}
        case Node.End end -> {}
      }
      open.remove(node);
      done.add(node);
    }

    private void visit(Routine routine, boolean mayBeEmpty, Node next) {
      visit(routine);
      if (mayBeEmpty) {
        visit(next);
      }
    }
  }
}
