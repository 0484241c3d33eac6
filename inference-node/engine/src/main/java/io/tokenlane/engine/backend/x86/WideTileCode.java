package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

/**
 * A tile's function for AVX-512 with VNNI: the same bits as by {@link TileCode}.
 *
 * <p>A panel's 16 outputs are one vector of ints. {@code vpdpwssd} multiplies a pair of inputs of
 * all 16 outputs with a row's pair, which it broadcasts itself, and adds to the sums. It takes four
 * to five clocks to end and one to begin, so that tiles of few rows take turns with several sums a
 * row; integer sums are the same in any order.
 */
final class WideTileCode extends TileFrame {
  /** Sums under way that keep the multiplier busy. */
  private static final int ENOUGH_SUMS = 4;

  private static final int WEIGHTS = 24;
  private static final int WEIGHT_SCALES = 28;
  private static final int PRODUCT = 29;

  private final WideAssembler asm;
  private final int turns;

  private WideTileCode(WideAssembler asm, int rows) {
    super(asm, rows);
    this.asm = asm;
    this.turns = rows == 1 ? ENOUGH_SUMS : rows < ENOUGH_SUMS ? 2 : 1;
  }

  /** Assembles it for {@code rows} rows, 1 to 6. */
  static byte[] assemble(int rows) {
    return new WideTileCode(new WideAssembler(), rows).assemble();
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

  @Override
  void addPair(int index) {
    asm.widenBytes(WEIGHTS + index, RSI, index * PAIR_BYTES);
    for (int row = 0; row < rows; row++) {
      int input = (index * rows + row) * Integer.BYTES;
      asm.addProducts(sum(row, index % turns), WEIGHTS + index, R10, input);
    }
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
      asm.multiplyAndAdd(sum(row, 0), PRODUCT, RDX, row * ROW_BYTES);
      asm.store(RDX, row * ROW_BYTES, sum(row, 0));
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private int sum(int row, int turn) {
    return turn * rows + row;
  }
}
