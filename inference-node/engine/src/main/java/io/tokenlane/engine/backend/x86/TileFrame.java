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

import io.tokenlane.engine.backend.int8.Int8Matrix;

/**
 * The function that multiplies panels of weights with a tile of so many rows, as machine code: its
 * loops over panels, groups and pairs, around what a set of instructions does in them. It takes the
 * address of seven longs (System V calling convention: in RDI):
 *
 * <pre>
 * panels of weights, values of the tile, scales of the tile, results,
 * number of panels, groups of a row, pairs of a group / 4
 * </pre>
 *
 * <p>Within the loops RSI is at the weights, R10 at the tile's values, R11 at its scales and RDX at
 * the results, which stay in the first-level cache.
 */
abstract class TileFrame {
  /** Pairs of inputs in a turn of the innermost loop. */
  static final int UNROLLED = 4;

  static final int PAIR_BYTES = Int8Matrix.PAIR_BYTES;

  /** Bytes of a row's results of one panel. */
  static final int ROW_BYTES = Int8Matrix.PANEL * Float.BYTES;

  /** Bytes of the scales behind a group of weights. */
  static final int SCALES_BYTES = Int8Matrix.PANEL * Short.BYTES;

  /** How far ahead weights are fetched; far enough for memory, near enough for the cache. */
  private static final int AHEAD = 1024;

  private static final int LINE = 64;

  private final Assembler asm;

  /** Rows of the tile. */
  final int rows;

  TileFrame(Assembler asm, int rows) {
    this.asm = asm;
    this.rows = rows;
  }

  /** Makes RDX, what the argument says, the address of the results. */
  void findResults() {}

  /** From one panel's results to the next one's, in bytes. */
  int bytesOfPanel() {
    return rows * ROW_BYTES;
  }

  /** Makes the results of a panel zero. */
  abstract void clearResults();

  /** Makes all sums of a group what they begin at. */
  abstract void clearSums();

  /** Pairs of inputs that lie in an int of the tile's values: 1, or 2 where those are bytes. */
  int pairsOfInput() {
    return 1;
  }

  /** Adds the products of the turn's pair of this index, 0 to 3, to the sums. */
  abstract void addPair(int index);

  /** Ends a panel: its results are stored then at the latest. */
  void endPanel() {}

  /** Scales a group's sums, adds them to the results; leaves RSI and R11 at the next group. */
  abstract void scaleGroup();

  /** The function's code. */
  final byte[] assemble() {
    asm.enter(RBX);
    asm.mov(RDX, RDI, 24);
    findResults();
    asm.mov(RSI, RDI, 0);
    asm.mov(R8, RDI, 8);
    asm.mov(R9, RDI, 16);
    asm.mov(RCX, RDI, 32);
    int panel = asm.here();
    panel();
    asm.add(RDX, bytesOfPanel());
    asm.dec(RCX);
    asm.jnz(panel);
    return asm.leave(RBX);
  }

  private void panel() {
    asm.mov(R10, R8);
    asm.mov(R11, R9);
    asm.mov(RAX, RDI, 40);
    clearResults();
    int group = asm.here();
    sumGroup();
    scaleGroup();
    asm.dec(RAX);
    asm.jnz(group);
    endPanel();
  }

  private void sumGroup() {
    clearSums();
    asm.mov(RBX, RDI, 48);
    int turn = asm.here();
    for (int i = 0; i < UNROLLED; i++) {
      if (i * PAIR_BYTES % LINE == 0) {
        asm.prefetcht0(RSI, AHEAD + i * PAIR_BYTES);
      }
      addPair(i);
    }
    asm.add(RSI, UNROLLED * PAIR_BYTES);
    asm.add(R10, UNROLLED / pairsOfInput() * rows * Integer.BYTES);
    asm.dec(RBX);
    asm.jnz(turn);
  }
}
