package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.R13;
import static io.tokenlane.engine.backend.x86.Assembler.RAX;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

import io.tokenlane.engine.backend.int8.Int8Matrix;

/**
 * A tile's function for AVX-512 with VNNI, byte by byte: the same bits as by {@link TileCode}.
 *
 * <p>{@code vpdpbusd} multiplies four inputs of all 16 outputs with a row's four, which it
 * broadcasts itself, and adds to the sums: twice as many products as shorts have. One side has to
 * be unsigned. So 128 is added to the weights, and 128 times the sum of the row's inputs, which is
 * known since they were quantised, taken from each group's sum. All of it is exact in integers.
 *
 * <p>Weights lie in pairs of inputs; one permutation of two pairs puts the four of an output
 * together, once for all rows of a tile.
 */
final class ByteTileCode extends TileFrame {
  /** Sums a row where rows are few: the multiplier takes four clocks to end, one to begin. */
  private static final int FEW = 4;

  private static final int WEIGHTS = 24;
  private static final int WEIGHT_SCALES = 28;
  private static final int PRODUCT = 29;
  private static final int ORDER = 30;
  private static final int SHIFT = 31;

  private static final int SUMS = 56;
  private static final int CONSTANTS = 64;
  private static final int VECTOR_BYTES = 64;

  private final WideAssembler asm;
  private final int turns;

  private ByteTileCode(WideAssembler asm, int rows) {
    super(asm, rows);
    this.asm = asm;
    turns = rows < FEW ? 2 : 1;
  }

  /** Assembles it for {@code rows} rows, 1 to 6. */
  static byte[] assemble(int rows) {
    return new ByteTileCode(new WideAssembler(), rows).assemble();
  }

  /** Its constants: the order of shorts that joins two pairs, and 128 in four bytes. */
  static int[] constants() {
    int[] constants = new int[VECTOR_BYTES / Integer.BYTES + 1];
    for (int output = 0; output < Int8Matrix.PANEL; output++) {
      constants[output] = output | (Int8Matrix.PANEL + output) << 16;
    }
    constants[VECTOR_BYTES / Integer.BYTES] = 0x80808080;
    return constants;
  }

  @Override
  void begin() {
    asm.pushR13();
    asm.mov(RAX, RDI, CONSTANTS);
    asm.load(ORDER, RAX, 0);
    asm.broadcastInt(SHIFT, RAX, VECTOR_BYTES);
  }

  @Override
  void beginPanel() {
    asm.mov(R13, RDI, SUMS);
  }

  @Override
  void end() {
    asm.popR13();
  }

  @Override
  int turnValueBytes() {
    return UNROLLED * rows * Short.BYTES;
  }

  @Override
  void clearResults() {
    asm.clear(0);
    for (int row = 0; row < rows; row++) {
      asm.store(RDX, row * ROW_BYTES, 0);
    }
  }

  @Override
  void clearSums() {
    for (int i = 0; i < rows * turns; i++) {
      asm.clear(i);
    }
  }

  /** Two pairs at once: nothing to do for the second one. */
  @Override
  void addPair(int index) {
    if (index % 2 != 0) {
      return;
    }
    int four = index / 2;
    int weights = WEIGHTS + four;
    asm.permuteShorts(weights, ORDER, RSI, index * PAIR_BYTES);
    asm.xor(weights, weights, SHIFT);
    for (int row = 0; row < rows; row++) {
      int input = (four * rows + row) * Integer.BYTES;
      asm.addByteProducts(sum(row, four % turns), weights, R10, input);
    }
  }

  @Override
  void scaleGroup() {
    asm.widenHalves(WEIGHT_SCALES, RSI, 0);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      int sum = sum(row, 0);
      if (turns > 1) {
        asm.addInts(sum, sum, sum(row, 1));
      }
      asm.subtractInt(sum, sum, R13, row * Integer.BYTES);
      asm.intsToFloats(sum, sum);
      asm.multiplyAll(PRODUCT, WEIGHT_SCALES, R11, row * Float.BYTES);
      asm.multiplyAndAdd(sum, PRODUCT, RDX, row * ROW_BYTES);
      asm.store(RDX, row * ROW_BYTES, sum);
    }
    asm.add(R11, rows * Float.BYTES);
    asm.add(R13, rows * Integer.BYTES);
  }

  private int sum(int row, int turn) {
    return turn * rows + row;
  }
}
