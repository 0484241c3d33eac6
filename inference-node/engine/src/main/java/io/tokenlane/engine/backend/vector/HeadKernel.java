package io.tokenlane.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * Attention's products over a piece of positions and one head. A score is summed element by element
 * upwards and an output slot by slot upwards, each product added with one rounding, whether its
 * query is alone or one of four: all kernels give the same bits. Each thread has its own.
 */
interface HeadKernel {
  /** Whether it gathers for four queries at once in heads of so many elements. */
  boolean gathersFour(int dim);

  /**
   * Scores strips of keys.
   *
   * @param query the first of {@code together} queries
   * @param together 1 or {@link Queries#TOGETHER}
   * @param strips where in {@code keys} each begins
   */
  void score(Queries queries, int query, int together, MemorySegment keys, Parts strips);

  /**
   * Adds the values of runs of slots, weighted, to what the queries gathered so far.
   *
   * @param runs where in {@code values} each begins
   */
  void gather(Queries queries, int query, int together, MemorySegment values, Parts runs);
}
