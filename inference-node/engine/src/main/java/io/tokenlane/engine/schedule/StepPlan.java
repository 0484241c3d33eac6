package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockCopy;
import java.util.List;

/**
 * What one step computes.
 *
 * @param copies blocks to copy first, in order
 * @param chunks at most one for each sequence
 */
public record StepPlan(List<BlockCopy> copies, List<Chunk> chunks) {

  public StepPlan {
    chunks = List.copyOf(chunks);
  }

  /** Whether there is nothing to compute. */
  public boolean isEmpty() {
    return chunks.isEmpty();
  }

  /** Tokens to compute, over all chunks, drafts not included. */
  public int tokens() {
    int sum = 0;
    for (Chunk chunk : chunks) {
      sum += chunk.count();
    }
    return sum;
  }

  /**
   * The tokens {@code from .. from + count} of a sequence, for which it has slots.
   *
   * @param from position of the first, from 0
   * @param count at least 1
   * @param samples whether the next token is drawn after the last of them
   * @param drafts tokens that may be drafted and verified behind them, for which it has slots too;
   *     0 unless it samples
   */
  public record Chunk(Sequence sequence, int from, int count, boolean samples, int drafts) {}
}
