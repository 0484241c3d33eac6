package io.tokenlane.cuda.driver;

/**
 * How many threads run a kernel.
 *
 * @param x blocks, at least 1
 * @param y blocks in the second dimension, at least 1 and at most 65,535
 * @param threads of a block
 * @param sharedBytes shared memory of a block besides what the kernel has anyway; more than 0 only
 *     where {@link Driver#takeShared} permitted it
 */
public record Grid(int x, int y, int threads, int sharedBytes) {
  /** Without more shared memory than the kernel has anyway. */
  public Grid(int x, int y, int threads) {
    this(x, y, threads, 0);
  }
}
