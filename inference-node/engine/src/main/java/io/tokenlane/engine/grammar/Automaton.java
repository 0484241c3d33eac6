package io.tokenlane.engine.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network over bytes. States are made when first reached and kept, as in a lazily determined
 * automaton (Thompson 1968; Cox, "Regular Expression Matching: the Virtual Machine Approach"), with
 * stacks in place of places, so that recursion works. Not thread-safe.
 */
final class Automaton {
  /** Frames on a stack beyond which the shortest way out is taken. */
  private static final int DEEPEST = 256;

  private static final int MOST_STATES = 30_000;

  private final Map<Frame.Key, Frame> frames = new HashMap<>();
  private final Map<StateKey, State> states = new HashMap<>();
  private final int longestToken;
  private final State dead = new State(List.of(), false);
  private final Routine main;
  private State start;

  Automaton(Routine main, int longestToken) {
    this.main = main;
    this.longestToken = longestToken;
    start = entered();
  }

  /** Before the first byte. */
  State start() {
    return start;
  }

  State dead() {
    return dead;
  }

  /** After one more byte. */
  State step(State from, int value) {
    State known = from.next[value];
    if (known != null) {
      return known;
    }
    Closure closure = new Closure();
    for (Frame frame : from.frames) {
      Node.Read read = (Node.Read) frame.node;
      if (read.low <= value && value <= read.high) {
        closure.enter(read.next, frame.parent);
      }
    }
    State next = closure.state();
    from.next[value] = next;
    return next;
  }

  /** A state that permits the same tokens, shared by many. */
  State alike(State state) {
    List<Frame> same = new ArrayList<>();
    boolean changed = false;
    for (Frame frame : state.frames) {
      Frame other = alike(frame);
      changed |= other != frame;
      same.add(other);
    }
    return changed ? intern(same, state.complete) : state;
  }

  /** The state of some of the frames. */
  State part(List<Frame> some) {
    return intern(some, false);
  }

  /** Forgets states beyond the bound; those in use go on working. */
  void trim() {
    if (states.size() > MOST_STATES) {
      states.clear();
      frames.clear();
      start = entered();
    }
  }

  private State entered() {
    Closure closure = new Closure();
    closure.enter(main.start(), null);
    return closure.state();
  }

  private Frame alike(Frame frame) {
    Frame known = frame.alike;
    if (known == null) {
      Frame parent = frame.parent == null ? null : alike(frame.parent);
      int rounds =
          frame.node instanceof Node.Loop loop
              ? loop.alike(frame.rounds, longestToken)
              : frame.rounds;
      known = frame(frame.node, rounds, parent);
      frame.alike = known;
    }
    return known;
  }

  private Frame frame(Node node, int rounds, @Nullable Frame parent) {
    return frames.computeIfAbsent(new Frame.Key(node, rounds, parent), Frame::new);
  }

  private State intern(List<Frame> places, boolean complete) {
    return states.computeIfAbsent(
        new StateKey(List.copyOf(places), complete), key -> new State(key.frames, key.complete));
  }

  private record StateKey(List<Frame> frames, boolean complete) {}

  /** Collects the places that are reached without a byte. */
  private final class Closure {
    private final Set<Frame> seen = new HashSet<>();
    private final List<Frame> places = new ArrayList<>();
    private boolean complete;

    State state() {
      if (places.isEmpty() && !complete) {
        return dead;
      }
      return intern(shallow(), complete);
    }

    void enter(Node node, @Nullable Frame parent) {
      if (node.least >= Node.INFINITE) {
        return;
      }
      switch (node) {
        case Node.Read read -> read(read, parent);
        case Node.Split split -> {
          if (seen.add(frame(split, 0, parent))) {
            split.options.forEach(option -> enter(option, parent));
          }
        }
        case Node.Call call -> {
          if (seen.add(frame(call, 0, parent))) {
            enter(call.routine.start(), after(call.next, parent));
          }
        }
        case Node.Loop loop -> round(loop, 0, parent);
        case Node.End end -> leave(parent);
      }
    }

    private void read(Node.Read read, @Nullable Frame parent) {
      Frame place = frame(read, 0, parent);
      if (seen.add(place)) {
        places.add(place);
      }
    }

    /** A call at the end of a routine needs no frame to come back to. */
    private @Nullable Frame after(Node next, @Nullable Frame parent) {
      return next instanceof Node.End ? parent : frame(next, 0, parent);
    }

    private void leave(@Nullable Frame parent) {
      if (parent == null) {
        complete = true;
      } else if (parent.node instanceof Node.Loop loop) {
        round(loop, parent.rounds, parent.parent);
      } else {
        enter(parent.node, parent.parent);
      }
    }

    private void round(Node.Loop loop, int done, @Nullable Frame parent) {
      if (!seen.add(frame(loop, done, parent))) {
        return;
      }
      if (done >= loop.fewest) {
        enter(loop.next, parent);
      }
      if (done < loop.most && loop.routine.least() < Node.INFINITE) {
        enter(loop.routine.start(), frame(loop, loop.counted(done + 1), parent));
      }
    }

    /** Deep inside, only the shortest ways out are left: no reader takes endless nesting. */
    private List<Frame> shallow() {
      int deepest = places.stream().mapToInt(place -> place.depth).max().orElse(0);
      if (deepest <= DEEPEST) {
        return places;
      }
      int least = places.stream().mapToInt(place -> place.least).min().orElse(0);
      return places.stream().filter(place -> place.least == least).toList();
    }
  }
}
