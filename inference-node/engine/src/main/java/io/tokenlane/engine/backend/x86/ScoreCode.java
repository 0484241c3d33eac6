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
 * Scores of strips of 16 keys, for one query or four, with AVX-512: a strip's element is one vector
 * that a query's element multiplies. A score is summed element by element upwards. It takes the
 * addresses (System V calling convention) of longs, of float32 that hold the queries, and of those
 * that take the scores:
 *
 * <pre>
 * turns, elements / 4, bytes from one query's scores to the next, address of the table,
 * where the first query's scores of a piece begin, where each query begins, both in bytes
 * </pre>
 *
 * <p>The table holds for each strip the address of its keys and where its scores go, in bytes from
 * where those of the piece begin. A turn takes {@link #strips} of them, so that enough sums are
 * under way to keep the multipliers busy.
 */
final class ScoreCode {
  /** Elements in a turn of the innermost loop. */
  static final int UNROLLED = 4;

  /** Longs of a strip in the table. */
  static final int ENTRY = 2;

  /** The argument that says where the first query begins. */
  static final int FIRST_QUERY = 5;

  private static final int LINE = 64;
  private static final int KEYS = 16;
  private static final int[] SAVED = {RBX, RBP, R13, R14};
  private static final int[] FREE = {RCX, R8, R9, R10, RBX, RBP};

  private final WideAssembler asm = new WideAssembler();
  private final int queries;
  private final int strips;

  private ScoreCode(int queries) {
    this.queries = queries;
    this.strips = strips(queries);
  }

  /** Strips in a turn. */
  static int strips(int queries) {
    return queries == 1 ? 4 : 2;
  }

  /** Assembles it for one query or four. */
  static byte[] assemble(int queries) {
    return new ScoreCode(queries).assemble();
  }

  private byte[] assemble() {
    asm.enter(SAVED);
    asm.mov(RAX, RDI, 0);
    asm.mov(R11, RDI, 3 * Long.BYTES);
    asm.mov(R14, RDI, 4 * Long.BYTES);
    asm.addRegister(RDX, R14);
    int turn = asm.here();
    point();
    sum();
    store();
    asm.add(R11, strips * ENTRY * Long.BYTES);
    asm.dec(RAX);
    asm.jnz(turn);
    return asm.leave(SAVED);
  }

  private void point() {
    for (int strip = 0; strip < strips; strip++) {
      asm.mov(key(strip), R11, strip * ENTRY * Long.BYTES);
    }
    for (int query = 0; query < queries; query++) {
      asm.mov(query(query), RDI, (FIRST_QUERY + query) * Long.BYTES);
      asm.addRegister(query(query), RSI);
    }
    for (int i = 0; i < queries * strips; i++) {
      asm.clear(i);
    }
  }

  private void sum() {
    asm.mov(R13, RDI, Long.BYTES);
    int elements = asm.here();
    for (int i = 0; i < UNROLLED; i++) {
      for (int strip = 0; strip < strips; strip++) {
        asm.load(KEYS + strip, key(strip), i * LINE);
      }
      for (int query = 0; query < queries; query++) {
        for (int strip = 0; strip < strips; strip++) {
          int to = sum(query, strip);
          asm.multiplyAllAndAdd(to, KEYS + strip, query(query), i * Float.BYTES);
        }
      }
    }
    for (int strip = 0; strip < strips; strip++) {
      asm.add(key(strip), UNROLLED * LINE);
    }
    for (int query = 0; query < queries; query++) {
      asm.add(query(query), UNROLLED * Float.BYTES);
    }
    asm.dec(R13);
    asm.jnz(elements);
  }

  /**
   * Strip by strip: where strips are not full, a later one overwrites what an earlier one wrote.
   */
  private void store() {
    asm.mov(R13, RDI, 2 * Long.BYTES);
    for (int strip = 0; strip < strips; strip++) {
      asm.mov(R14, R11, (strip * ENTRY + 1) * Long.BYTES);
      asm.addRegister(R14, RDX);
      for (int query = 0; query < queries; query++) {
        asm.store(R14, 0, sum(query, strip));
        asm.addRegister(R14, R13);
      }
    }
  }

  private int key(int strip) {
    return FREE[strip];
  }

  private int query(int query) {
    return FREE[strips + query];
  }

  private int sum(int query, int strip) {
    return query * strips + strip;
  }
}
