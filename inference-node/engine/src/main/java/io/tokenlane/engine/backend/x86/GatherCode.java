package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.R13;
import static io.tokenlane.engine.backend.x86.Assembler.R14;
import static io.tokenlane.engine.backend.x86.Assembler.R8;
import static io.tokenlane.engine.backend.x86.Assembler.R9;
import static io.tokenlane.engine.backend.x86.Assembler.RAX;
import static io.tokenlane.engine.backend.x86.Assembler.RBP;
import static io.tokenlane.engine.backend.x86.Assembler.RBX;
import static io.tokenlane.engine.backend.x86.Assembler.RCX;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

/**
 * Sums of weighted values, for one query or four and some vectors of a head, with AVX-512. An
 * output is summed slot by slot upwards, on what it was before. It takes the addresses (System V
 * calling convention) of longs, of float32 that hold the weights, and of those that hold the
 * outputs:
 *
 * <pre>
 * runs of slots, bytes of a value, bytes from one query's weights to the next, address of the table,
 * bytes from one query's outputs to the next, where the first query's begin, in bytes,
 * where the first query's weights of a piece begin, in bytes, bytes of a value to leave out
 * </pre>
 *
 * <p>The table holds for each run the address of its first value, where its first weight lies, in
 * bytes from where those of the piece begin, and the number of slots.
 */
final class GatherCode {
  /** Most vectors. */
  static final int MOST_VECTORS = 4;

  /** Longs of a run in the table. */
  static final int ENTRY = 3;

  private static final int LINE = 64;
  private static final int VALUES = 16;
  private static final int WEIGHTS = 20;
  private static final int[] SAVED = {RBX, RBP, R13, R14};
  private static final int[] WEIGHT = {R9, R10, RBX, RBP};

  private final WideAssembler asm = new WideAssembler();
  private final int queries;
  private final int vectors;

  private GatherCode(int queries, int vectors) {
    this.queries = queries;
    this.vectors = vectors;
  }

  /** Assembles it for one query or four, and 1 to 4 vectors. */
  static byte[] assemble(int queries, int vectors) {
    return new GatherCode(queries, vectors).assemble();
  }

  private byte[] assemble() {
    asm.enter(SAVED);
    asm.mov(RAX, RDI, 0);
    asm.mov(R11, RDI, 3 * Long.BYTES);
    asm.mov(R14, RDI, 6 * Long.BYTES);
    asm.addRegister(RSI, R14);
    asm.mov(R14, RDI, 2 * Long.BYTES);
    outputs(true);
    asm.mov(RCX, RDI, Long.BYTES);
    int run = asm.here();
    point();
    slots();
    asm.add(R11, ENTRY * Long.BYTES);
    asm.dec(RAX);
    asm.jnz(run);
    outputs(false);
    return asm.leave(SAVED);
  }

  private void outputs(boolean load) {
    asm.mov(R8, RDI, 5 * Long.BYTES);
    asm.addRegister(R8, RDX);
    asm.mov(R13, RDI, 4 * Long.BYTES);
    for (int query = 0; query < queries; query++) {
      for (int i = 0; i < vectors; i++) {
        if (load) {
          asm.load(sum(query, i), R8, i * LINE);
        } else {
          asm.store(R8, i * LINE, sum(query, i));
        }
      }
      asm.addRegister(R8, R13);
    }
  }

  private void point() {
    asm.mov(R8, R11, 0);
    asm.mov(R13, RDI, 7 * Long.BYTES);
    asm.addRegister(R8, R13);
    asm.mov(WEIGHT[0], R11, Long.BYTES);
    asm.addRegister(WEIGHT[0], RSI);
    for (int query = 1; query < queries; query++) {
      asm.mov(WEIGHT[query], WEIGHT[query - 1]);
      asm.addRegister(WEIGHT[query], R14);
    }
    asm.mov(R13, R11, 2 * Long.BYTES);
  }

  private void slots() {
    int slot = asm.here();
    for (int i = 0; i < vectors; i++) {
      asm.load(VALUES + i, R8, i * LINE);
    }
    for (int query = 0; query < queries; query++) {
      asm.broadcastFloat(WEIGHTS + query, WEIGHT[query], 0);
      for (int i = 0; i < vectors; i++) {
        asm.multiplyAndAdd(sum(query, i), VALUES + i, WEIGHTS + query);
      }
      asm.add(WEIGHT[query], Float.BYTES);
    }
    asm.addRegister(R8, RCX);
    asm.dec(R13);
    asm.jnz(slot);
  }

  private int sum(int query, int vector) {
    return query * vectors + vector;
  }
}
