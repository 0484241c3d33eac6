package io.tokenlane.cuda;

/**
 * Rows that are ready but for a norm's factor.
 *
 * @param squares address of their sums of squares
 * @param epsilon of the norm
 */
record Left(Ready ready, long squares, float epsilon) {}
