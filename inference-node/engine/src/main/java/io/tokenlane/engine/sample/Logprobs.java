package io.tokenlane.engine.sample;

import java.util.Arrays;

/** Log probabilities of one row under its unmodified logits. */
final class Logprobs {

  private Logprobs() {}

  /**
   * The draw of {@code id} with its log probability and the {@code top} most likely tokens.
   *
   * @param max the largest logit of the row
   */
  static Draw.Token describe(int id, Row row, float max, int top) {
    double logSum = logSum(row, max);
    int[] ids = mostLikely(row, Math.min(top, row.count()));
    float[] logprobs = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      logprobs[i] = (float) (row.logit(ids[i]) - logSum);
    }
    return new Draw.Token(id, (float) (row.logit(id) - logSum), ids, logprobs);
  }

  private static double logSum(Row row, float max) {
    double sum = 0;
    for (int id = 0; id < row.count(); id++) {
      sum += Math.exp((double) row.logit(id) - max);
    }
    return max + Math.log(sum);
  }

  /** Ids of the largest logits, largest first, equal ones by id. */
  private static int[] mostLikely(Row row, int count) {
    int[] best = new int[count];
    int filled = 0;
    for (int id = 0; id < row.count() && count > 0; id++) {
      if (filled == count && row.logit(id) <= row.logit(best[count - 1])) {
        continue;
      }
      int at = filled == count ? count - 1 : filled++;
      while (at > 0 && row.logit(best[at - 1]) < row.logit(id)) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = id;
    }
    return Arrays.copyOf(best, filled);
  }

  /** The logits {@code values[offset .. offset + count)}. */
  @SuppressWarnings("ArrayRecordComponent") // a view, never compared
  record Row(float[] values, int offset, int count) {
    float logit(int id) {
      return values[offset + id];
    }
  }
}
