package io.tokenlane.cuda;

/**
 * What a kernel took, behind and before others of its kind.
 *
 * @param kernel its name, of a projection also outputs and inputs of the matrix
 * @param launches that a step has
 * @param micros microseconds of one
 * @param weightBytes that one reads, if it is a projection
 */
public record KernelTime(String kernel, int launches, double micros, long weightBytes) {}
