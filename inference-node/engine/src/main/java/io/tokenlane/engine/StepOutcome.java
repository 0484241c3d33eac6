package io.tokenlane.engine;

import io.tokenlane.engine.run.Drawn;
import io.tokenlane.engine.run.StepResult;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.schedule.Scheduler;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import io.tokenlane.engine.schedule.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a step brought into its sequences, and keeps what their listeners are to be told of
 * it: at the earliest when all of them have gone on. Owned by the step thread; reused from step to
 * step.
 */
final class StepOutcome {
  /** Below every token: nothing was drawn. */
  private static final int NO_TOKEN = -1;

  private final Scheduler scheduler;
  private final List<Draw.Token> tokens = new ArrayList<>();
  private int[] ends = new int[16];
  private final List<@Nullable String> faults = new ArrayList<>();
  private final List<ActiveGeneration> generations = new ArrayList<>();
  private final List<@Nullable GenerationEvent> lasts = new ArrayList<>();

  StepOutcome(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Forgets a step. */
  void clear() {
    tokens.clear();
    faults.clear();
    generations.clear();
    lasts.clear();
  }

  /** Takes in the next chunk. */
  void add(Chunk chunk, ActiveGeneration generation, StepResult result, int index) {
    String fault = fault(result, index);
    Steering steering = generation.steering();
    int draws = result.count(index);
    if (fault != null || draws == 0) {
      scheduler.complete(chunk, NO_TOKEN);
    } else if (steering != null) {
      steer(chunk, steering, result, index);
    } else if (draws == 1) {
      Draw.Token token = (Draw.Token) result.draw(index, 0);
      scheduler.complete(chunk, token.id());
      tokens.add(token);
    } else {
      append(chunk, result, index);
    }
    if (ends.length == faults.size()) {
      ends = Arrays.copyOf(ends, 2 * ends.length);
    }
    ends[faults.size()] = tokens.size();
    faults.add(fault);
    generations.add(generation);
    lasts.add(null);
  }

  /** How many chunks were added. */
  int chunks() {
    return generations.size();
  }

  /** Whose chunk it was. */
  ActiveGeneration generation(int chunk) {
    return generations.get(chunk);
  }

  /** What a chunk's generation ended with; null if it goes on. */
  @Nullable GenerationEvent last(int chunk) {
    return lasts.get(chunk);
  }

  /** A chunk's generation has ended; this is told behind its tokens. */
  void last(int chunk, GenerationEvent event) {
    lasts.set(chunk, event);
  }

  /** Why a chunk's sequence cannot go on; null if it can. */
  @Nullable String fault(int chunk) {
    return faults.get(chunk);
  }

  /** The first token to be published of a chunk's sequence. */
  int begin(int chunk) {
    return chunk == 0 ? 0 : ends[chunk - 1];
  }

  /** Behind the last token to be published of a chunk's sequence. */
  int end(int chunk) {
    return ends[chunk];
  }

  /** A token to be published. */
  Draw.Token token(int index) {
    return tokens.get(index);
  }

  private void steer(Chunk chunk, Steering steering, StepResult result, int index) {
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < result.count(index); i++) {
      drawn.add(result.drawn(index, i));
    }
    Sequence sequence = chunk.sequence();
    Turn turn = steering.turn(sequence, drawn);
    int appended = scheduler.complete(chunk, drawn.size() - 1, turn);
    List<Draw.Token> shown = steering.takeShown(sequence.state() != Sequence.State.RUNNING);
    tokens.addAll(shown.subList(0, shown.size() - (turn.tokens().length - appended)));
  }

  private void append(Chunk chunk, StepResult result, int index) {
    int[] ids = new int[result.count(index)];
    int from = tokens.size();
    for (int i = 0; i < ids.length; i++) {
      Draw.Token token = (Draw.Token) result.draw(index, i);
      ids[i] = token.id();
      tokens.add(token);
    }
    Turn turn = new Turn(chunk.sequence().length(), ids, true, 0);
    int appended = scheduler.complete(chunk, ids.length - 1, turn);
    tokens.subList(from + appended, tokens.size()).clear();
  }

  private static @Nullable String fault(StepResult result, int index) {
    for (int i = 0; i < result.count(index); i++) {
      if (result.draw(index, i) instanceof Draw.Unusable unusable) {
        return unusable.why();
      }
    }
    return null;
  }
}
