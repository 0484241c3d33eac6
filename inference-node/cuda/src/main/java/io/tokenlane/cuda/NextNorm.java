package io.tokenlane.cuda;

/**
 * A norm that comes behind what a projection adds to: its gain makes of that what is left ready for
 * the projection behind, which multiplies with its factor.
 *
 * @param gain address of its gain
 * @param squares where sums of squares go
 */
record NextNorm(long gain, long squares) {}
