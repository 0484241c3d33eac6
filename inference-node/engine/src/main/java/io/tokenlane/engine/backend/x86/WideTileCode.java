package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

import io.tokenlane.engine.backend.int8.Int8Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A tile's function for AVX-512 with VNNI: the same bits as by {@link TileCode}.
 *
 * <p>A panel's 16 outputs are one vector of ints. {@code vpdpbusd} multiplies four inputs of all 16
 * outputs with a row's four, which it broadcasts itself, and adds to the sums. Two pairs of a panel
 * are turned into four inputs an output by {@code vpermw}, once for all rows.
 *
 * <p>It wants one side unsigned: weights are taken 128 higher, by their highest bit, and sums begin
 * at what that adds too much, -128 times the row's sum of the group, which lies before the row's
 * inputs. Sums are exact integers either way.
 *
 * <p>It takes four to five clocks to end and one to begin, so that tiles of few rows take turns
 * with two sums a row; integer sums are the same in any order.
 */
final class WideTileCode extends TileFrame {
  /** Where {@link #constants} lie behind the arguments. */
  private static final int CONSTANTS = 64;

  private static final int STRIDE = 7 * Long.BYTES;
  private static final int LINE = 64;

  /** Sums under way that keep the multiplier busy. */
  private static final int ENOUGH_SUMS = 4;

  /** Behind all sums. */
  private static final int RESULTS = 12;

  private static final int WEIGHTS = 24;
  private static final int WEIGHT_SCALES = 28;
  private static final int PRODUCT = 29;
  private static final int ORDER = 30;
  private static final int HIGHEST_BITS = 31;

  private final WideAssembler asm;
  private final int turns;

  private final Ending ending;

  /** What becomes of a panel's results. */
  enum Ending {
    /** They are put down one row behind another. */
    APART,
    /** They are written where they belong in the rows of a float32 array on the heap. */
    STORED,
    /** They are added to what is there. */
    ADDED
  }

  private WideTileCode(WideAssembler asm, int rows, Ending ending) {
    super(asm, rows);
    this.asm = asm;
    this.ending = ending;
    this.turns = rows < ENOUGH_SUMS ? 2 : 1;
  }

  /**
   * Assembles it for {@code rows} rows, 1 to 12. Unless results stay apart, the function takes the
   * address of the array too; the fourth long is where in it they begin, in bytes, and an eighth
   * one says how far rows lie apart.
   */
  static byte[] assemble(int rows, Ending ending) {
    return new WideTileCode(new WideAssembler(), rows, ending).assemble();
  }

  /** Puts what the functions read besides their arguments behind those. */
  static void constants(MemorySegment arguments) {
    for (int i = 0; i < LINE / Short.BYTES; i++) {
      short from = (short) (i / 2 + i % 2 * Int8Matrix.PANEL);
      arguments.set(ValueLayout.JAVA_SHORT, CONSTANTS + (long) i * Short.BYTES, from);
    }
    arguments.asSlice(CONSTANTS + LINE, LINE).fill((byte) 0x80);
  }

  @Override
  void clearResults() {
    asm.load(ORDER, RDI, CONSTANTS);
    asm.load(HIGHEST_BITS, RDI, CONSTANTS + LINE);
    for (int row = 0; row < rows; row++) {
      asm.clear(RESULTS + row);
    }
  }

  @Override
  void findResults() {
    if (ending != Ending.APART) {
      asm.addRegister(RDX, RSI);
    }
  }

  @Override
  int bytesOfPanel() {
    return ending == Ending.APART ? super.bytesOfPanel() : ROW_BYTES;
  }

  @Override
  void endPanel() {
    if (ending == Ending.APART) {
      for (int row = 0; row < rows; row++) {
        asm.store(RDX, row * ROW_BYTES, RESULTS + row);
      }
      return;
    }
    asm.mov(R10, RDX);
    asm.mov(R11, RDI, STRIDE);
    for (int row = 0; row < rows; row++) {
      if (ending == Ending.ADDED) {
        asm.add(RESULTS + row, RESULTS + row, R10, 0);
      }
      asm.store(R10, 0, RESULTS + row);
      asm.addRegister(R10, R11);
    }
  }

  @Override
  void clearSums() {
    for (int row = 0; row < rows; row++) {
      asm.broadcastInt(sum(row, 0), R10, row * Integer.BYTES);
    }
    asm.add(R10, rows * Integer.BYTES);
    for (int i = rows; i < rows * turns; i++) {
      asm.clear(i);
    }
  }

  /** Every second time, as it takes two pairs at once. */
  @Override
  void addPair(int index) {
    if (index % 2 == 1) {
      return;
    }
    int weights = WEIGHTS + index / 2;
    asm.permuteShorts(weights, ORDER, RSI, index * PAIR_BYTES);
    asm.exclusiveOr(weights, weights, HIGHEST_BITS);
    for (int row = 0; row < rows; row++) {
      int input = (index / 2 * rows + row) * Integer.BYTES;
      asm.addProducts(sum(row, index / 2 % turns), weights, R10, input);
    }
  }

  @Override
  int pairsOfInput() {
    return 2;
  }

  @Override
  void scaleGroup() {
    for (int i = turns - 1; i > 0; i--) {
      for (int row = 0; row < rows; row++) {
        asm.addInts(sum(row, i - 1), sum(row, i - 1), sum(row, i));
      }
    }
    asm.widenHalves(WEIGHT_SCALES, RSI, 0);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      asm.intsToFloats(sum(row, 0), sum(row, 0));
      asm.multiplyAll(PRODUCT, WEIGHT_SCALES, R11, row * Float.BYTES);
      asm.multiplyAndAdd(RESULTS + row, sum(row, 0), PRODUCT);
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private int sum(int row, int turn) {
    return turn * rows + row;
  }
}
