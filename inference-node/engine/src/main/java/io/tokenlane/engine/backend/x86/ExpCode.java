package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.RDI;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * e^x of a vector by range reduction and a polynomial (Cephes, expf): the same operations in the
 * same order as the Vector API's kernels have, so the same bits. Its constants lie behind the
 * arguments that RDI points at.
 */
final class ExpCode {
  /** Bytes of the constants. */
  static final int BYTES = 64;

  private static final float[] CONSTANTS = {
    1.442695f,
    12582912f,
    -0.6933594f,
    2.12194440e-4f,
    0.00019875691f,
    0.0013981999f,
    0.008333452f,
    0.041665796f,
    0.16666666f,
    0.5f,
    1f,
    -86.5f,
    88f,
    Float.NEGATIVE_INFINITY
  };

  private static final int INVERSE_LOG = 0;
  private static final int MAGIC = 1;
  private static final int HIGH = 2;
  private static final int LOW = 3;
  private static final int POLYNOMIAL = 4;
  private static final int ONE = 10;
  private static final int LEAST = 11;
  private static final int MOST = 12;
  private static final int NEGATIVE_INFINITY = 13;
  private static final int MANTISSA_BITS = 23;

  private final WideAssembler asm;
  private final int at;
  private final int least;
  private final int[] work;

  /**
   * @param at where the constants lie, in bytes from RDI
   * @param least a register that {@link #begin} fills and nobody else writes
   * @param work three registers that are written
   */
  ExpCode(WideAssembler asm, int at, int least, int... work) {
    this.asm = asm;
    this.at = at;
    this.least = least;
    this.work = work;
  }

  /** Writes the constants. */
  static void constants(MemorySegment arguments, int at) {
    MemorySegment.copy(CONSTANTS, 0, arguments, ValueLayout.JAVA_FLOAT, at, CONSTANTS.length);
  }

  /** Fills the register that it needs. */
  void begin() {
    asm.broadcastFloat(least, RDI, constant(LEAST));
  }

  /** Where 1 lies, in bytes from RDI. */
  int one() {
    return constant(ONE);
  }

  /** Where the largest input lies that is not clamped, in bytes from RDI. */
  int most() {
    return constant(MOST);
  }

  /** Where the lowest of all numbers lies, in bytes from RDI. */
  int negativeInfinity() {
    return constant(NEGATIVE_INFINITY);
  }

  /**
   * {@code x = e^x}, of inputs of at most 88.
   *
   * @param mask where it is not set, the result is 0; 0: nowhere
   */
  void exp(int x, int mask) {
    int shifted = work[0];
    int whole = work[1];
    int p = work[2];
    asm.largest(x, least, x);
    asm.broadcastFloat(shifted, RDI, constant(INVERSE_LOG));
    asm.multiplyAndAddAll(shifted, x, RDI, constant(MAGIC));
    asm.subtractAll(whole, shifted, RDI, constant(MAGIC));
    asm.multiplyAllAndAdd(x, whole, RDI, constant(HIGH));
    asm.multiplyAllAndAdd(x, whole, RDI, constant(LOW));
    asm.broadcastFloat(p, RDI, constant(POLYNOMIAL));
    for (int i = POLYNOMIAL + 1; i < ONE; i++) {
      asm.multiplyAndAddAll(p, x, RDI, constant(i));
    }
    asm.multiply(whole, x, x);
    asm.addAll(x, x, RDI, constant(ONE));
    asm.multiplyByAndAdd(p, whole, x);
    asm.shiftLeft(shifted, shifted, MANTISSA_BITS);
    if (mask == 0) {
      asm.addInts(x, p, shifted);
    } else {
      asm.addIntsMasked(x, p, shifted, mask);
    }
  }

  private int constant(int index) {
    return at + index * Float.BYTES;
  }
}
