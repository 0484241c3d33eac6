package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R8;
import static io.tokenlane.engine.backend.x86.Assembler.R9;
import static io.tokenlane.engine.backend.x86.Assembler.RAX;
import static io.tokenlane.engine.backend.x86.Assembler.RCX;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Norms a row, if so wanted, and quantises it as {@link Int8Rows} has it in bytes, group by group,
 * with AVX-512. It takes the addresses (System V calling convention) of longs and of float32 that
 * hold the row:
 *
 * <pre>
 * groups, where the row begins in bytes, address of the norm's gain, factor of the norm as a float32,
 * address of the values, address of the scales, bytes from one value or scale to the next
 * </pre>
 */
final class QuantiseCode {
  private static final int CONSTANTS = 64;
  private static final int LARGEST = CONSTANTS;
  private static final int MAGIC = CONSTANTS + 4;
  private static final int LEAST = CONSTANTS + 8;
  private static final int ONE = CONSTANTS + 12;
  private static final int MAGNITUDE = CONSTANTS + 16;

  /** What the magic number adds to sums of groups of 32, 64 and 128, less than none. */
  private static final int EXCESS = CONSTANTS + 32;

  private static final int WORK = 2 * CONSTANTS;

  /** Bytes of all arguments. */
  static final int ARGUMENTS = WORK + 128;

  private static final float MAGIC_NUMBER = 12582912f;
  private static final int SMALLEST_GROUP = 32;
  private static final int LINE = 64;
  private static final int LANES = 16;

  /** Vector registers behind those of a group's values, 0 to 7. */
  private static final int MOST = 8;

  private static final int TURNED = 9;
  private static final int SUM = 10;
  private static final int INVERSE = 11;
  private static final int FACTOR = 12;
  private static final int BITS = 13;
  private static final int ZERO = 14;
  private static final int UNIT = 15;

  private final WideAssembler asm = new WideAssembler();
  private final int group;
  private final boolean normed;

  private QuantiseCode(int group, boolean normed) {
    this.group = group;
    this.normed = normed;
  }

  /** Assembles it for groups of 32, 64 or 128 values. */
  static byte[] assemble(int group, boolean normed) {
    return new QuantiseCode(group, normed).assemble();
  }

  /** Writes what the functions read besides their arguments. */
  static void constants(MemorySegment arguments) {
    arguments.set(ValueLayout.JAVA_FLOAT, LARGEST, Byte.MAX_VALUE);
    arguments.set(ValueLayout.JAVA_FLOAT, MAGIC, MAGIC_NUMBER);
    arguments.set(ValueLayout.JAVA_FLOAT, LEAST, Float.MIN_NORMAL);
    arguments.set(ValueLayout.JAVA_FLOAT, ONE, 1);
    arguments.set(ValueLayout.JAVA_INT, MAGNITUDE, Integer.MAX_VALUE);
    for (int size = SMALLEST_GROUP; size <= LINE * 2; size *= 2) {
      int excess = -size * Float.floatToRawIntBits(MAGIC_NUMBER);
      arguments.set(ValueLayout.JAVA_INT, excessOf(size), excess);
    }
  }

  private static int excessOf(int group) {
    return EXCESS + group / SMALLEST_GROUP / 2 * Integer.BYTES;
  }

  private byte[] assemble() {
    asm.enter();
    asm.mov(RAX, RDI, 0);
    asm.mov(RDX, RDI, Long.BYTES);
    asm.addRegister(RSI, RDX);
    asm.mov(RCX, RDI, 2 * Long.BYTES);
    asm.mov(R8, RDI, 4 * Long.BYTES);
    asm.mov(R9, RDI, 5 * Long.BYTES);
    asm.mov(R10, RDI, 6 * Long.BYTES);
    asm.broadcastFloat(FACTOR, RDI, 3 * Long.BYTES);
    asm.broadcastInt(BITS, RDI, MAGNITUDE);
    asm.broadcastFloat(UNIT, RDI, ONE);
    asm.clear(ZERO);
    int turn = asm.here();
    load();
    step();
    round();
    scatter();
    asm.dec(RAX);
    asm.jnz(turn);
    return asm.leave();
  }

  private int vectors() {
    return group / LANES;
  }

  private void load() {
    for (int i = 0; i < vectors(); i++) {
      asm.load(i, RSI, i * LINE);
      if (normed) {
        asm.multiply(i, i, FACTOR);
        asm.multiply(i, i, RCX, i * LINE);
      }
    }
    asm.add(RSI, vectors() * LINE);
    if (normed) {
      asm.add(RCX, vectors() * LINE);
    }
  }

  /** The largest value is 127 steps. */
  private void step() {
    asm.and(MOST, 0, BITS);
    for (int i = 1; i < vectors(); i++) {
      asm.and(TURNED, i, BITS);
      asm.largestInt(MOST, MOST, TURNED);
    }
    for (int lanes = LANES / 2; lanes > 0; lanes /= 2) {
      asm.rotate(TURNED, MOST, lanes);
      asm.largestInt(MOST, MOST, TURNED);
    }
    asm.divideAll(MOST, MOST, RDI, LARGEST);
    asm.storeFirst(R9, 0, MOST);
    asm.addRegister(R9, R10);
    asm.isNotBelow(1, MOST, RDI, LEAST);
    asm.divideMasked(INVERSE, UNIT, MOST, 1);
  }

  /** To integers in the low bits, and those into bytes; leaves -128 times their sum. */
  private void round() {
    for (int i = 0; i < vectors(); i++) {
      asm.multiplyAndAddAll(i, INVERSE, RDI, MAGIC);
      asm.storeBytes(RDI, WORK + i * LANES, i);
    }
    asm.addInts(SUM, 0, 1);
    for (int i = 2; i < vectors(); i++) {
      asm.addInts(SUM, SUM, i);
    }
    for (int lanes = LANES / 2; lanes > 0; lanes /= 2) {
      asm.rotate(TURNED, SUM, lanes);
      asm.addInts(SUM, SUM, TURNED);
    }
    asm.addInt(SUM, SUM, RDI, excessOf(group));
    asm.subtractInts(SUM, ZERO, SUM);
    asm.shiftLeft(SUM, SUM, 7);
  }

  private void scatter() {
    asm.storeFirst(R8, 0, SUM);
    asm.addRegister(R8, R10);
    for (int i = 0; i < group / 4; i++) {
      asm.loadInt(RDX, RDI, WORK + i * Integer.BYTES);
      asm.storeInt(R8, 0, RDX);
      asm.addRegister(R8, R10);
    }
  }
}
