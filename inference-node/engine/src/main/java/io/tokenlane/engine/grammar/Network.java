package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Compiles an expression to routines. */
final class Network {
  /** What a node takes, about, with its part of lists. */
  private static final int NODE_BYTES = 60;

  private final TokenIndex tokens;
  private final NodeBudget budget = new NodeBudget();
  private final Map<Rule, Routine> routines = new HashMap<>();
  private final Deque<Runnable> pending = new ArrayDeque<>();
  private final List<Node> nodes = new ArrayList<>();

  /** All routines with what they are called by; grammars live long, so that these do not. */
  private final Map<Routine, Object> names = new LinkedHashMap<>();

  private final Map<Node, Supplier<String>> nothings = new HashMap<>();

  private Network(TokenIndex tokens) {
    this.tokens = tokens;
  }

  /**
   * What an expression became.
   *
   * @param main stands for all of it
   * @param bytes of memory that it takes, about
   */
  record Compiled(Routine main, long bytes) {}

  /**
   * Compiles the whole expression.
   *
   * @throws GrammarException if it is too large, has no word that the tokens can write, or calls
   *     itself without a byte between
   */
  static Compiled compile(Expr root, TokenIndex tokens) {
    Network network = new Network(tokens);
    Routine main = network.routine("root", false, root);
    while (!network.pending.isEmpty()) {
      network.pending.pop().run();
    }
    new Shortest().measure(network.nodes);
    if (main.least() >= Node.INFINITE) {
      String why = network.whyNothing(main.start());
      throw new GrammarException(
          "no finite value fits%s (expected: at least one)"
              .formatted(why == null ? "" : ": " + why));
    }
    new FirstPlaces(network.names).check();
    return new Compiled(main, (long) NODE_BYTES * network.nodes.size());
  }

  private Routine routine(Object name, boolean character, Expr body) {
    Routine routine = new Routine(character);
    names.put(routine, name);
    pending.add(() -> routine.begin(node(body, add(new Node.End()))));
    return routine;
  }

  private Routine routine(Rule rule) {
    Routine known = routines.get(rule);
    if (known == null) {
      known = routine(rule, rule.isCharacter(), rule.body());
      routines.put(rule, known);
    }
    return known;
  }

  private Node add(Node node) {
    budget.takeOne();
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

  private Node nothing(Supplier<String> why) {
    Node node = add(new Node.Split(List.of()));
    nothings.put(node, why);
    return node;
  }

  /** Why a place has no end; null if nothing but recursion is the reason. */
  private @Nullable String whyNothing(Node place) {
    Set<Node> seen = new HashSet<>();
    Deque<Node> left = new ArrayDeque<>(List.of(place));
    while (!left.isEmpty()) {
      Node node = left.pop();
      if (node.least >= Node.INFINITE && seen.add(node)) {
        Supplier<String> why = nothings.get(node);
        if (why != null) {
          return why.get();
        }
        node.successors().reversed().forEach(left::push);
      }
    }
    return null;
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
}
