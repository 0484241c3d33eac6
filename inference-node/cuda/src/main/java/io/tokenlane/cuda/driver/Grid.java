package io.tokenlane.cuda.driver;

/**
 * How many threads run a kernel.
 *
 * @param x blocks, at least 1
 * @param y blocks in the second dimension, at least 1 and at most 65,535
 * @param threads of a block
 */
public record Grid(int x, int y, int threads) {}
