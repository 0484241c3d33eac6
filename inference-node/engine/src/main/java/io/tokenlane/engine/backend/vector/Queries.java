package io.tokenlane.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The queries of a tile, their scores of a piece of positions, or the weights made of those, and
 * what they gathered so far. Arrays come with the segments that machine code takes.
 */
final class Queries {
  /** Kernels compute so many together, or one. */
  static final int TOGETHER = 4;

  /** Holds all queries. */
  float[] values = {};

  MemorySegment valuesSegment = MemorySegment.ofArray(values);

  /** Where each query begins in {@link #values}. */
  int[] at = {};

  /** {@code [query][margin, piece, margin]}. */
  float[] scores = {};

  MemorySegment scoresSegment = MemorySegment.ofArray(scores);

  /** {@code [query][element]}. */
  float[] sums = {};

  MemorySegment sumsSegment = MemorySegment.ofArray(sums);

  /** Elements of a head. */
  int dim;

  private final int margin;
  private final int stride;

  /**
   * @param piece positions of a piece
   * @param margin room before and behind a query's scores
   */
  Queries(int piece, int margin) {
    this.margin = margin;
    stride = margin + piece + margin;
  }

  /** From one query's scores to the next one's. */
  int stride() {
    return stride;
  }

  /** A query's score of a slot of the piece. */
  int score(int query, int slot) {
    return query * stride + margin + slot;
  }

  /** Makes room for so many queries. */
  void grow(int room) {
    at = Arrays.copyOf(at, room);
    scores = new float[room * stride];
    scoresSegment = MemorySegment.ofArray(scores);
  }

  /** Begins with nothing gathered. */
  @SuppressWarnings("ReferenceEquality") // a segment is made once for each array
  void begin(float[] all, int queries) {
    if (values != all) {
      values = all;
      valuesSegment = MemorySegment.ofArray(all);
    }
    if (sums.length < at.length * dim) {
      sums = new float[at.length * dim];
      sumsSegment = MemorySegment.ofArray(sums);
    }
    Arrays.fill(sums, 0, queries * dim, 0);
  }
}
