package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.R8;
import static io.tokenlane.engine.backend.x86.Assembler.R9;
import static io.tokenlane.engine.backend.x86.Assembler.RAX;
import static io.tokenlane.engine.backend.x86.Assembler.RBX;
import static io.tokenlane.engine.backend.x86.Assembler.RCX;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

/**
 * The function of {@link TileCode} for CPUs with AVX-512 and VNNI: the same arguments, the same
 * memory, the same bits.
 *
 * <p>A panel's 16 outputs are one vector of ints. {@code vpdpwssd} multiplies a pair of inputs of
 * all 16 outputs with a row's pair, which it broadcasts itself, and adds to the sums. It takes four
 * to five clocks to end and one to begin, so that tiles of few rows take turns with several sums a
 * row; integer sums are the same in any order.
 */
final class WideTileCode {
  private static final int PAIR_BYTES = 32;
  private static final int VECTOR_BYTES = 64;
  private static final int SCALES_BYTES = 32;
  private static final int AHEAD = 1024;
  private static final int LINE = 64;

  /** Sums under way that keep the multiplier busy. */
  private static final int ENOUGH_SUMS = 4;

  private static final int WEIGHTS = 24;
  private static final int WEIGHT_SCALES = 28;
  private static final int PRODUCT = 29;

  private final WideAssembler asm = new WideAssembler();
  private final int rows;
  private final int turns;

  private WideTileCode(int rows) {
    this.rows = rows;
    this.turns = rows == 1 ? ENOUGH_SUMS : rows < ENOUGH_SUMS ? 2 : 1;
  }

  /** Assembles it for {@code rows} rows, 1 to 6. */
  static byte[] assemble(int rows) {
    WideTileCode code = new WideTileCode(rows);
    code.function();
    return code.asm.code();
  }

  private void function() {
    asm.pushRbx();
    asm.mov(RSI, RDI, 0);
    asm.mov(R8, RDI, 8);
    asm.mov(R9, RDI, 16);
    asm.mov(RDX, RDI, 24);
    asm.mov(RCX, RDI, 32);
    int panel = asm.here();
    panel();
    asm.add(RDX, rows * VECTOR_BYTES);
    asm.dec(RCX);
    asm.jnz(panel);
    asm.popRbx();
    asm.vzeroupper();
    asm.ret();
  }

  private void panel() {
    asm.mov(R10, R8);
    asm.mov(R11, R9);
    asm.mov(RAX, RDI, 40);
    asm.clear(0);
    for (int row = 0; row < rows; row++) {
      asm.store(RDX, row * VECTOR_BYTES, 0);
    }
    int group = asm.here();
    sumGroup();
    scaleGroup();
    asm.dec(RAX);
    asm.jnz(group);
  }

  private void sumGroup() {
    for (int i = 0; i < rows * turns; i++) {
      asm.clear(i);
    }
    asm.mov(RBX, RDI, 48);
    int turn = asm.here();
    for (int i = 0; i < TileCode.UNROLLED; i++) {
      pair(i);
    }
    asm.add(RSI, TileCode.UNROLLED * PAIR_BYTES);
    asm.add(R10, TileCode.UNROLLED * rows * Integer.BYTES);
    asm.dec(RBX);
    asm.jnz(turn);
    for (int i = turns - 1; i > 0; i--) {
      for (int row = 0; row < rows; row++) {
        asm.addInts(sum(row, i - 1), sum(row, i - 1), sum(row, i));
      }
    }
  }

  private void pair(int index) {
    int weights = index * PAIR_BYTES;
    if (weights % LINE == 0) {
      asm.prefetcht0(RSI, AHEAD + weights);
    }
    asm.widenBytes(WEIGHTS + index, RSI, weights);
    for (int row = 0; row < rows; row++) {
      int input = (index * rows + row) * Integer.BYTES;
      asm.addProducts(sum(row, index % turns), WEIGHTS + index, R10, input);
    }
  }

  private void scaleGroup() {
    asm.widenHalves(WEIGHT_SCALES, RSI, 0);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      asm.intsToFloats(sum(row, 0), sum(row, 0));
      asm.multiplyAll(PRODUCT, WEIGHT_SCALES, R11, row * Float.BYTES);
      asm.multiplyAndAdd(sum(row, 0), PRODUCT, RDX, row * VECTOR_BYTES);
      asm.store(RDX, row * VECTOR_BYTES, sum(row, 0));
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private int sum(int row, int turn) {
    return turn * rows + row;
  }
}
