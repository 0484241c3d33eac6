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
 * As {@link TileCode}, for AVX-512 with VNNI: a panel's 16 outputs are one vector of ints, and one
 * instruction multiplies the weights of a pair of inputs with a row's pair, read and broadcast from
 * memory, and adds both products to the sums.
 *
 * <p>A sum waits four cycles for the one before, so each row has four sums that take turns: six
 * rows have 24 of the 32 registers. Integer sums are exact in any order.
 */
final class WideTileCode {
  private static final int UNROLLED = TileCode.UNROLLED;
  private static final int WEIGHTS = 24;
  private static final int WEIGHT_SCALES = 28;
  private static final int SCALE = 29;
  private static final int PAIR_BYTES = 32;
  private static final int ROW_BYTES = 64;
  private static final int SCALES_BYTES = 32;
  private static final int AHEAD = 1024;
  private static final int LINE = 64;

  private final Assembler asm = new Assembler();
  private final EvexAssembler wide = new EvexAssembler(asm);
  private final int rows;

  private WideTileCode(int rows) {
    this.rows = rows;
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
    asm.add(RDX, rows * ROW_BYTES);
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
    wide.vpxord(0, 0, 0);
    for (int row = 0; row < rows; row++) {
      wide.vmovups(RDX, row * ROW_BYTES, 0);
    }
    int group = asm.here();
    sumGroup();
    scaleGroup();
    asm.dec(RAX);
    asm.jnz(group);
  }

  private void sumGroup() {
    for (int i = 0; i < rows * UNROLLED; i++) {
      wide.vpxord(i, i, i);
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
    wide.vpmovsxbw(WEIGHTS + index, RSI, weights);
    for (int row = 0; row < rows; row++) {
      int pair = (index * rows + row) * Integer.BYTES;
      wide.vpdpwssdBroadcast(sum(row, index), WEIGHTS + index, R10, pair);
    }
  }

  private void scaleGroup() {
    wide.vcvtph2ps(WEIGHT_SCALES, RSI, 0);
    asm.add(RSI, SCALES_BYTES);
    for (int row = 0; row < rows; row++) {
      int sum = sum(row, 0);
      wide.vpaddd(sum, sum, sum(row, 1));
      wide.vpaddd(sum(row, 2), sum(row, 2), sum(row, 3));
      wide.vpaddd(sum, sum, sum(row, 2));
      wide.vcvtdq2ps(sum, sum);
      wide.vmulpsBroadcast(SCALE, WEIGHT_SCALES, R11, row * Float.BYTES);
      wide.vfmadd213ps(sum, SCALE, RDX, row * ROW_BYTES);
      wide.vmovups(RDX, row * ROW_BYTES, sum);
    }
    asm.add(R11, rows * Float.BYTES);
  }

  private static int sum(int row, int turn) {
    return row * UNROLLED + turn;
  }
}
