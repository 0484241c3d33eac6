package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network over bytes. States are made when first reached and kept, as in a lazily determined
 * automaton (Thompson 1968; Cox, "Regular Expression Matching: the Virtual Machine Approach"), with
 * stacks in place of places, so that recursion works. Not thread-safe.
 */
final class Automaton {
  /** Frames visited for one mask or one token. */
  private static final int MOST_WORK = 1_000_000;

  private final Map<Frame.Key, Frame> frames = new HashMap<>();
  private final Map<StateKey, State> states = new HashMap<>();
  private final int longestToken;
  private final long mostBytes;
  private final State dead = new State(List.of(), false, 0);
  private final Routine main;
  private State start;
  private long bytes;
  private int work;

  /** How often everything was forgotten: states of before have frames that are made no more. */
  private int epoch;

  /**
   * @param mostBytes of states, about, beyond which all of them are forgotten
   */
  Automaton(Routine main, int longestToken, long mostBytes) {
    this.main = main;
    this.longestToken = longestToken;
    this.mostBytes = mostBytes;
    start = entered();
  }

  /** Before the first byte. */
  State start() {
    return start;
  }

  State dead() {
    return dead;
  }

  /** Bytes that the known states take, about. */
  long bytes() {
    return bytes;
  }

  /** Another mask or token begins: what it takes is counted anew, and there is room for it. */
  State begin(State state) {
    work = 0;
    if (bytes > mostBytes) {
      forget();
    }
    return state.epoch == epoch || state.isDead() ? state : madeAnew(state);
  }

  /** Counts work. */
  void spend(int visits) {
    work += visits;
    if (work > MOST_WORK) {
      throw new GrammarException(
          "grammar: over %d places for one token (expected: fewer ways to read the same text)"
              .formatted(MOST_WORK));
    }
  }

  /** After one more byte; found for all bytes at once that the same places take. */
  State step(State from, int value) {
    State known = from.next[value];
    if (known != null) {
      return known;
    }
    spend(from.frames.size() / 16);
    Closure closure = new Closure(this);
    int low = 0;
    int high = from.next.length - 1;
    for (Frame frame : from.frames) {
      Node.Read read = (Node.Read) frame.node;
      if (value < read.low) {
        high = Math.min(high, read.low - 1);
      } else if (value > read.high) {
        low = Math.max(low, read.high + 1);
      } else {
        low = Math.max(low, read.low);
        high = Math.min(high, read.high);
        closure.enter(read.next, frame.parent);
      }
    }
    State next = closure.isEmpty() ? dead : intern(closure.places(), closure.isComplete());
    Arrays.fill(from.next, low, high + 1, next);
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

  /** Keeps what a state permits. */
  void keep(State state, State.Permitted permitted) {
    state.permitted = permitted;
    bytes += (long) permitted.bits().length * Long.BYTES;
  }

  /** The only frame of its kind. */
  Frame frame(Node node, int rounds, @Nullable Frame parent) {
    return frames.computeIfAbsent(new Frame.Key(node, rounds, parent), this::made);
  }

  private Frame made(Frame.Key key) {
    bytes += Frame.BYTES;
    return new Frame(key);
  }

  private void forget() {
    states.clear();
    frames.clear();
    bytes = 0;
    epoch++;
    start = entered();
  }

  private State entered() {
    Closure closure = new Closure(this);
    closure.enter(main.start(), null);
    return closure.isEmpty() ? dead : intern(closure.places(), closure.isComplete());
  }

  private State madeAnew(State state) {
    Map<Frame, Frame> anew = new HashMap<>();
    return intern(
        state.frames.stream().map(frame -> madeAnew(frame, anew)).toList(), state.complete);
  }

  private Frame madeAnew(Frame frame, Map<Frame, Frame> anew) {
    Deque<Frame> outermostFirst = new ArrayDeque<>();
    for (Frame at = frame; at != null && !anew.containsKey(at); at = at.parent) {
      outermostFirst.push(at);
    }
    for (Frame at : outermostFirst) {
      anew.put(at, frame(at.node, at.rounds, at.parent == null ? null : anew.get(at.parent)));
    }
    return Objects.requireNonNull(anew.get(frame));
  }

  private Frame alike(Frame frame) {
    Deque<Frame> outermostFirst = new ArrayDeque<>();
    for (Frame at = frame; at != null && at.alike == null; at = at.parent) {
      outermostFirst.push(at);
    }
    for (Frame at : outermostFirst) {
      int rounds =
          at.node instanceof Node.Loop loop ? loop.alike(at.rounds, longestToken) : at.rounds;
      at.alike = frame(at.node, rounds, at.parent == null ? null : at.parent.alike);
    }
    return Objects.requireNonNull(frame.alike);
  }

  private State intern(List<Frame> places, boolean complete) {
    return states.computeIfAbsent(new StateKey(List.copyOf(places), complete), this::made);
  }

  private State made(StateKey key) {
    State state = new State(key.frames, key.complete, epoch);
    bytes += state.bytes();
    return state;
  }

  private record StateKey(List<Frame> frames, boolean complete) {}
}
