package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the places that are reached without a byte, in the order of the grammar. */
final class Closure {
  /** Frames on a stack beyond which the shortest way out is taken. */
  private static final int DEEPEST = 256;

  private static final int MOST_FRAMES = 20_000;

  private final Automaton automaton;
  private final Deque<Frame> pending = new ArrayDeque<>();
  private final Set<Frame> seen = new HashSet<>();
  private final List<Frame> places = new ArrayList<>();
  private boolean complete;

  /** Rounds that began here, of loops whose rounds may be empty. */
  private final Set<Frame> begun = new HashSet<>();

  Closure(Automaton automaton) {
    this.automaton = automaton;
  }

  /** Whether nothing is reached, the end neither. */
  boolean isEmpty() {
    return places.isEmpty() && !complete;
  }

  /** Whether the end of everything is reached. */
  boolean isComplete() {
    return complete;
  }

  /** Deep inside, only the shortest ways out are left: no reader takes endless nesting. */
  List<Frame> places() {
    int deepest = places.stream().mapToInt(place -> place.depth).max().orElse(0);
    if (deepest <= DEEPEST) {
      return places;
    }
    int least = places.stream().mapToInt(place -> place.least).min().orElse(0);
    return places.stream().filter(place -> place.least == least).toList();
  }

  /**
   * Adds what is reached from a node.
   *
   * @throws GrammarException if that is too much
   */
  void enter(Node node, @Nullable Frame parent) {
    add(node, parent);
    while (!pending.isEmpty()) {
      visit(pending.pop());
    }
  }

  private void add(Node node, @Nullable Frame parent) {
    if (node.least >= Node.INFINITE) {
      return;
    }
    if (!(node instanceof Node.End)) {
      pending.push(automaton.frame(node, 0, parent));
    } else if (parent == null) {
      complete = true;
    } else if (!begun.contains(parent)) {
      // After an empty round nothing can come that could not come before it.
      pending.push(parent);
    }
  }

  private void visit(Frame frame) {
    if (!seen.add(frame)) {
      return;
    }
    automaton.spend(1);
    if (seen.size() > MOST_FRAMES) {
      throw new GrammarException(
          "grammar: over %d places at once (expected: fewer ways to read the same text)"
              .formatted(MOST_FRAMES));
    }
    switch (frame.node) {
      case Node.Read read -> places.add(frame);
      case Node.Split split -> split.options.reversed().forEach(o -> add(o, frame.parent));
      case Node.Call call -> add(call.routine.start(), after(call.next, frame.parent));
      case Node.Loop loop -> round(loop, frame);
      case Node.End end -> throw new IllegalStateException("frame: of an end (expected: none)");
    }
  }

  /** A call at the end of a routine needs no frame to come back to. */
  private @Nullable Frame after(Node next, @Nullable Frame parent) {
    return next instanceof Node.End ? parent : automaton.frame(next, 0, parent);
  }

  private void round(Node.Loop loop, Frame frame) {
    int done = frame.rounds;
    if (done < loop.most && loop.routine.least() < Node.INFINITE) {
      Frame after = automaton.frame(loop, loop.counted(done + 1), frame.parent);
      if (loop.routine.least() == 0) {
        begun.add(after);
      }
      add(loop.routine.start(), after);
    }
    if (done >= loop.fewest()) {
      add(loop.next, frame.parent);
    }
  }
}
