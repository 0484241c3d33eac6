package io.tokenlane.engine.run;

import java.util.ArrayList;
import java.util.List;

/**
 * What a step brought, chunk by chunk. Owned by its {@link Runner}: valid until the next step runs.
 */
public final class StepResult {
  private final List<Drawn> draws;

  /** Where the draws of each chunk begin, and behind the last one their number. */
  private final int[] firsts;

  private int chunks;
  private int rows;

  StepResult(int maxChunks) {
    firsts = new int[maxChunks + 1];
    draws = new ArrayList<>(maxChunks);
  }

  /**
   * Number of draws of this chunk of the plan: 0 if it was not sampled; more than one if drafts
   * were right.
   */
  public int count(int chunk) {
    return firsts[chunk + 1] - firsts[chunk];
  }

  /** A draw of this chunk of the plan. */
  public Drawn draw(int chunk, int index) {
    return draws.get(firsts[chunk] + index);
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
    chunks = 0;
    rows = computed;
  }

  /** Adds a draw of the chunk that is not yet ended. */
  void add(Drawn drawn) {
    draws.add(drawn);
  }

  void endChunk() {
    firsts[++chunks] = draws.size();
  }
}
