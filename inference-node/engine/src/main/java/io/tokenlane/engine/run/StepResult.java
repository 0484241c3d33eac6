package io.tokenlane.engine.run;

import io.tokenlane.engine.sample.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step brought, chunk by chunk. Owned by its {@link Runner}: valid until the next step runs.
 */
public final class StepResult {
  private final List<Draw> draws;
  private final List<float @Nullable []> states;
  private float[] probabilities;

  /** Where the draws of each chunk begin, and behind the last one their number. */
  private final int[] firsts;

  private int chunks;
  private int rows;

  StepResult(int maxChunks) {
    firsts = new int[maxChunks + 1];
    draws = new ArrayList<>(maxChunks);
    states = new ArrayList<>(maxChunks);
    probabilities = new float[maxChunks];
  }

  /**
   * Number of draws of this chunk of the plan: 0 if it was not sampled; more than one if drafts
   * were right.
   */
  public int count(int chunk) {
    return firsts[chunk + 1] - firsts[chunk];
  }

  /** A draw of this chunk of the plan. */
  public Draw draw(int chunk, int index) {
    return draws.get(firsts[chunk] + index);
  }

  /** A draw of this chunk of the plan, with what its sequence's {@link Probe} asks for. */
  public Drawn drawn(int chunk, int index) {
    int at = firsts[chunk] + index;
    return new Drawn(draws.get(at), probabilities[at], states.get(at));
  }

  /** Number of draws of all chunks. */
  int draws() {
    return draws.size();
  }

  /** Rows computed, drafts included. */
  public int rows() {
    return rows;
  }

  void clear(int computed) {
    draws.clear();
    states.clear();
    chunks = 0;
    rows = computed;
  }

  /** Adds a draw of the chunk that is not yet ended, and what {@link Drawn} says of it. */
  void add(Draw draw, float probability, float @Nullable [] state) {
    if (probabilities.length == draws.size()) {
      probabilities = Arrays.copyOf(probabilities, 2 * probabilities.length);
    }
    probabilities[draws.size()] = probability;
    draws.add(draw);
    states.add(state);
  }

  void endChunk() {
    firsts[++chunks] = draws.size();
  }
}
