package io.tokenlane.engine.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All places where the output so far may have led. Belongs to its automaton. */
final class State {
  final List<Frame> frames;

  /** Whether the output may end here. */
  final boolean complete;

  /** Fewest bytes to a complete output. */
  final int least;

  /** By byte; null where not yet known. */
  final @Nullable State[] next = new State[256];

  /** As in {@link Automaton}. */
  final int epoch;

  /** Null until asked for. */
  @Nullable Permitted permitted;

  State(List<Frame> frames, boolean complete, int epoch) {
    this.frames = frames;
    this.complete = complete;
    this.epoch = epoch;
    least =
        complete ? 0 : frames.stream().mapToInt(frame -> frame.least).min().orElse(Node.INFINITE);
  }

  /** What it takes, about, without its frames. */
  int bytes() {
    return 200 + Integer.BYTES * (next.length + frames.size());
  }

  boolean isDead() {
    return frames.isEmpty() && !complete;
  }

  /**
   * What tokens may come.
   *
   * @param bits by id
   * @param worst the largest {@link State#least} that any of them leads to
   */
  @SuppressWarnings("ArrayRecordComponent") // shared, never compared
  record Permitted(long[] bits, int worst) {}
}
