package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockCopy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one step computes. Owned by its {@link Scheduler} and reused, chunks included: valid until
 * that plans the next step.
 */
public final class StepPlan {
  private final List<Chunk> planned = new ArrayList<>();
  private final List<Chunk> chunks = Collections.unmodifiableList(planned);
  private List<BlockCopy> copies = List.of();

  StepPlan() {}

  /** Blocks to copy first, in order. */
  public List<BlockCopy> copies() {
    return copies;
  }

  /** At most one for each sequence. */
  public List<Chunk> chunks() {
    return chunks;
  }

  /** Whether there is nothing to compute. */
  public boolean isEmpty() {
    return planned.isEmpty();
  }

  /** Tokens to compute, over all chunks, drafts not included. */
  public int tokens() {
    int sum = 0;
    for (int i = 0; i < planned.size(); i++) {
      sum += planned.get(i).count();
    }
    return sum;
  }

  void clear() {
    planned.clear();
  }

  void add(Chunk chunk) {
    planned.add(chunk);
  }

  void copyFirst(List<BlockCopy> blocks) {
    copies = blocks;
  }

  /**
   * Tokens of a sequence that a step computes, for which it has slots. Each sequence has one, which
   * says what the plan that it is in wants of it.
   */
  public static final class Chunk {
    private final Sequence sequence;
    private int from;
    private int count;
    private boolean samples;
    private int drafts;

    Chunk(Sequence sequence) {
      this.sequence = sequence;
    }

    /** Takes what the sequence was granted. */
    Chunk plan() {
      from = sequence.computed();
      count = sequence.granted();
      samples = sequence.samples();
      drafts = sequence.drafts();
      return this;
    }

    /** Whose. */
    public Sequence sequence() {
      return sequence;
    }

    /** Position of the first token, from 0. */
    public int from() {
      return from;
    }

    /** Tokens, at least 1. */
    public int count() {
      return count;
    }

    /** Whether the next token is drawn after the last of them. */
    public boolean samples() {
      return samples;
    }

    /**
     * Tokens that may be drafted and verified behind them, for which it has slots too; 0 unless it
     * samples.
     */
    public int drafts() {
      return drafts;
    }
  }
}
