package io.tokenlane.cuda;

/**
 * Rows that are ready for a projection, or the place for them: {@code Ready} of {@code ready.cuh}.
 *
 * @param numbers address of their numbers
 * @param scales address of their scales
 * @param steps of a row
 * @param format how a kernel that is no {@code pack} leaves them; 0 if none can, or does
 */
record Ready(long numbers, long scales, int steps, int format) {
  /** None. */
  static final Ready NONE = new Ready(0, 0, 0, 0);

  Arguments write(Arguments to) {
    return to.address(numbers).address(scales).number(steps).number(format);
  }
}
