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
 * The function that multiplies panels of weights with a tile of so many rows, as machine code. It
 * takes the address of eight longs (System V calling convention: in RDI):
 *
 * <pre>
 * panels of weights, values of the tile, scales of the tile, results,
 * number of panels, groups of a row, pairs of a group / 4
 * </pre>
 *
 * <p>A panel's 16 outputs are two vectors of eight ints. For each pair of inputs the weights are
 * widened from bytes to shorts once, and each row's pair is broadcast; {@code vpmaddwd} multiplies
 * and adds the pair, so that sums are exact whatever the values: unlike {@code vpmaddubsw}, which
 * saturates. Six rows take 12 registers for sums, two for weights and two for products. After a
 * group the sums are scaled and added to the results, which stay in the first-level cache.
 */
final class TileCode {
  private static final int WEIGHTS_LOW = 12;
  private static final int WEIGHTS_HIGH = 13;
  private static final int INPUT = 14;
  private static final int PRODUCT = 15;

  /** Pairs of inputs in a turn of the innermost loop. */
  static final int UNROLLED = 4;

  private static final int PAIR_BYTES = 32;
  private static final int VECTOR_BYTES = 32;
  private static final int SCALES_BYTES = 32;

  /** How far ahead weights are fetched; far enough for memory, near enough for the cache. */
  private static final int AHEAD = 1024;

  private static final int LINE = 64;

  private final Assembler asm = new Assembler();
  private final int rows;

  private TileCode(int rows) {
    this.rows = rows;
  }

  /** Assembles it for {@code rows} rows, 1 to 6. */
  static byte[] assemble(int rows) {
    TileCode code = new TileCode(rows);
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
    asm.add(RDX, 2 * rows * VECTOR_BYTES);
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
    asm.vpxor(0, 0, 0);
    for (int i = 0; i < 2 * rows; i++) {
      asm.vmovups(RDX, i * VECTOR_BYTES, 0);
    }
    int group = asm.here();
    sumGroup();
    scaleGroup();
    asm.dec(RAX);
    asm.jnz(group);
  }

  private void sumGroup() {
    for (int i = 0; i < 2 * rows; i++) {
      asm.vpxor(i, i, i);
    }
    asm.mov(RBX, RDI, 48);
    int turn = asm.here();
    for (int i = 0; i < UNROLLED; i++) {
      pair(i);
    }
    asm.add(RSI, UNROLLED * PAIR_BYTES);
    asm.add(R10, UNROLLED * rows * Integer.BYTES);
    asm.dec(RBX);
    asm.jnz(turn);
  }

  private void pair(int index) {
    int weights = index * PAIR_BYTES;
    if (weights % LINE == 0) {
      asm.prefetcht0(RSI, AHEAD + weights);
    }
    asm.vpmovsxbw(WEIGHTS_LOW, RSI, weights);
    asm.vpmovsxbw(WEIGHTS_HIGH, RSI, weights + PAIR_BYTES / 2);
    for (int row = 0; row < rows; row++) {
      asm.vpbroadcastd(INPUT, R10, (index * rows + row) * Integer.BYTES);
      asm.vpmaddwd(PRODUCT, WEIGHTS_LOW, INPUT);
      asm.vpaddd(low(row), low(row), PRODUCT);
      asm.vpmaddwd(INPUT, WEIGHTS_HIGH, INPUT);
      asm.vpaddd(high(row), high(row), INPUT);
    }
  }

  private void scaleGroup() {
    asm.vcvtph2ps(WEIGHTS_LOW, RSI, 0);
    asm.vcvtph2ps(WEIGHTS_HIGH, RSI, SCALES_BYTES / 2);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      asm.vbroadcastss(INPUT, R11, row * Float.BYTES);
      scale(low(row), WEIGHTS_LOW);
      scale(high(row), WEIGHTS_HIGH);
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private void scale(int sum, int weightScales) {
    asm.vcvtdq2ps(sum, sum);
    asm.vmulps(PRODUCT, weightScales, INPUT);
    asm.vfmadd213ps(sum, PRODUCT, RDX, sum * VECTOR_BYTES);
    asm.vmovups(RDX, sum * VECTOR_BYTES, sum);
  }

  private static int low(int row) {
    return 2 * row;
  }

  private static int high(int row) {
    return 2 * row + 1;
  }
}
