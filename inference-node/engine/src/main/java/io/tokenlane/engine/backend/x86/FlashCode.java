package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R10;
import static io.tokenlane.engine.backend.x86.Assembler.R11;
import static io.tokenlane.engine.backend.x86.Assembler.R12;
import static io.tokenlane.engine.backend.x86.Assembler.R13;
import static io.tokenlane.engine.backend.x86.Assembler.R14;
import static io.tokenlane.engine.backend.x86.Assembler.R15;
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
 * Attention of a tile of queries over one key-value head, from the first position to the last, with
 * AVX-512: scores, softmax and weighted sums piece by piece, the scores of up to four queries in
 * registers. It takes the addresses (System V calling convention) of longs, of float32 that hold
 * the queries, and of those that take the results:
 *
 * <pre>
 * pieces before the last one, address of the table, groups of queries, address of the records, address of work space,
 * scale as a float32; from {@link #LANES} on 0 to 15 as ints, from {@link #EXP} on what {@link
 * ExpCode} reads, from {@link #STEPS} on slots of a strip and of a piece
 * </pre>
 *
 * <p>The table holds for each piece the addresses of keys, values, and for bytes their scales, and
 * the slots of its strips: four, but for the last piece, which is cut into as many as it has. Slots
 * that are not wanted may hold anything: their scores are thrown away, and their values are not
 * read. A query's record holds what {@link #RECORD} says. A score is summed element by element
 * upwards, an output slot by slot upwards, softmax's lanes strip by strip.
 */
final class FlashCode {
  static final int LINE = 64;

  /** Slots of a strip, and lanes. */
  static final int STRIP = 16;

  /** Strips of a piece. */
  static final int STRIPS = 4;

  /** Queries of a group. */
  static final int QUERIES = 4;

  /** Longs of a strip in the table. */
  static final int ENTRY = 5;

  /** Longs of a piece in the table. */
  static final int PIECE = STRIPS * ENTRY;

  /** Bytes of work space: weights of a group. */
  static final int WORK = QUERIES * STRIPS * LINE;

  static final int LANES = 64;
  static final int EXP = 128;

  /** Slots of a strip and of a piece, ints. */
  static final int STEPS = EXP + ExpCode.BYTES;

  /** Bytes of all arguments. */
  static final int ARGUMENTS = STEPS + LINE;

  /** Bytes of a record before the output: sums of weights, largest scores, places, factors. */
  static final int RECORD = 4 * LINE;

  static final int LARGEST = LINE;

  /** Behind the last position that a query looks at, an int. */
  static final int END = 2 * LINE;

  /** Where the query begins, in bytes. */
  static final int FROM = END + Long.BYTES;

  /** Where its result goes, in bytes. */
  static final int TO = FROM + Long.BYTES;

  private static final int FACTOR = 3 * LINE;
  private static final int SCALE = 5 * Long.BYTES;
  private static final int UNROLLED = 8;
  private static final int MOST_VECTORS = 4;
  private static final int[] SAVED = {RBX, RBP, R12, R13, R14, R15};
  private static final int[] KEY = {RCX, R8, R9, R10};
  private static final int[] QUERY = {RBP, R13, R15, RDX};

  /** Vector registers: scores or outputs 0 to 15, then by the phase. */
  private static final int KEYS = 16;

  private static final int ELEMENTS = 20;
  private static final int POSITIONS = 24;
  private static final int KEY_SCALES = 28;
  private static final int TOP = 16;
  private static final int CHANGE = 17;
  private static final int SUM = 21;
  private static final int TURNED = 18;
  private static final int LEAST = 28;
  private static final int NEGATIVE_INFINITY = 29;

  private final WideAssembler asm = new WideAssembler();
  private final ExpCode exp = new ExpCode(asm, EXP, LEAST, 18, 19, 20);
  private final Form form;
  private final int queries;
  private final int dim;
  private final boolean bytes;

  /** Of the piece whose code is written. */
  private int strips;

  /**
   * What a function is for.
   *
   * @param queries of a group, 1 to 4
   * @param dim elements of a head, a multiple of 16
   * @param bytes whether keys and values are bytes with a float32 scale for each slot
   * @param more whether pieces of four strips come before the last one
   * @param lastStrips strips of the last piece, 1 to 4
   */
  record Form(int queries, int dim, boolean bytes, boolean more, int lastStrips) {}

  private FlashCode(Form form) {
    this.form = form;
    this.queries = form.queries();
    this.dim = form.dim();
    this.bytes = form.bytes();
  }

  /** Assembles it. */
  static byte[] assemble(Form form) {
    return new FlashCode(form).assemble();
  }

  /** Bytes of a query's record. */
  static int recordBytes(int dim) {
    return RECORD + dim * Float.BYTES;
  }

  private byte[] assemble() {
    asm.enter(SAVED);
    asm.push(RDX);
    asm.mov(RAX, RDI, 0);
    asm.mov(R11, RDI, Long.BYTES);
    for (int i = 0; i < STRIPS; i++) {
      asm.load(POSITIONS + i, RDI, LANES);
      for (int strip = 0; strip < i; strip++) {
        asm.addInt(POSITIONS + i, POSITIONS + i, RDI, STEPS);
      }
    }
    if (form.more()) {
      int piece = asm.here();
      strips = STRIPS;
      forEachGroup(this::group);
      for (int i = 0; i < STRIPS; i++) {
        asm.addInt(POSITIONS + i, POSITIONS + i, RDI, STEPS + Integer.BYTES);
      }
      asm.add(R11, PIECE * Long.BYTES);
      asm.dec(RAX);
      asm.jnz(piece);
    }
    strips = form.lastStrips();
    forEachGroup(this::group);
    asm.pop(RDX);
    forEachGroup(this::finish);
    return asm.leave(SAVED);
  }

  private void forEachGroup(Runnable body) {
    asm.mov(RBX, RDI, 3 * Long.BYTES);
    asm.mov(R14, RDI, 2 * Long.BYTES);
    int group = asm.here();
    body.run();
    asm.add(RBX, queries * recordBytes(dim));
    asm.dec(R14);
    asm.jnz(group);
  }

  private void group() {
    score();
    exp.begin();
    asm.broadcastFloat(NEGATIVE_INFINITY, RDI, exp.negativeInfinity());
    asm.mov(RCX, RDI, 4 * Long.BYTES);
    for (int query = 0; query < queries; query++) {
      weigh(query);
    }
    for (int done = 0; done < dim / STRIP; done += MOST_VECTORS) {
      gather(done, Math.min(MOST_VECTORS, dim / STRIP - done));
    }
  }

  private void score() {
    for (int strip = 0; strip < strips; strip++) {
      int entry = strip * ENTRY * Long.BYTES;
      if (bytes) {
        asm.mov(KEY[strip], R11, entry + 2 * Long.BYTES);
        asm.load(KEY_SCALES + strip, KEY[strip], 0);
      }
      asm.mov(KEY[strip], R11, entry);
    }
    for (int query = 0; query < queries; query++) {
      asm.mov(QUERY[query], RBX, record(query) + FROM);
      asm.addRegister(QUERY[query], RSI);
    }
    for (int i = 0; i < queries * STRIPS; i++) {
      asm.clear(i);
    }
    asm.set(R12, dim / UNROLLED);
    int elements = asm.here();
    for (int i = 0; i < UNROLLED; i++) {
      addProducts(i);
    }
    for (int strip = 0; strip < strips; strip++) {
      asm.add(KEY[strip], UNROLLED * strideOfElement());
    }
    for (int query = 0; query < queries; query++) {
      asm.add(QUERY[query], UNROLLED * Float.BYTES);
    }
    asm.dec(R12);
    asm.jnz(elements);
  }

  private int strideOfElement() {
    return bytes ? STRIP : LINE;
  }

  private void addProducts(int element) {
    for (int strip = 0; strip < strips; strip++) {
      load(KEYS + strip, KEY[strip], element * strideOfElement());
      if (bytes) {
        asm.multiply(KEYS + strip, KEYS + strip, KEY_SCALES + strip);
      }
    }
    for (int query = 0; query < queries; query++) {
      asm.broadcastFloat(ELEMENTS + query, QUERY[query], element * Float.BYTES);
      for (int strip = 0; strip < strips; strip++) {
        asm.multiplyAndAdd(score(query, strip), KEYS + strip, ELEMENTS + query);
      }
    }
  }

  /** 16 numbers, not yet scaled. */
  private void load(int to, int base, int displacement) {
    if (bytes) {
      asm.widenBytes(to, base, displacement);
      asm.intsToFloats(to, to);
    } else {
      asm.load(to, base, displacement);
    }
  }

  /** Turns a query's scores of the piece into weights, and leaves by what outputs change. */
  private void weigh(int query) {
    int record = record(query);
    asm.load(TOP, RBX, record + LARGEST);
    for (int strip = 0; strip < strips; strip++) {
      int score = score(query, strip);
      asm.isBelow(1 + strip, POSITIONS + strip, RBX, record + END);
      asm.blend(score, 1 + strip, NEGATIVE_INFINITY, score);
      asm.largest(TOP, score, TOP);
    }
    for (int lanes = STRIP / 2; lanes > 0; lanes /= 2) {
      asm.rotate(TURNED, TOP, lanes);
      asm.largest(TOP, TURNED, TOP);
    }
    asm.load(CHANGE, RBX, record + LARGEST);
    asm.store(RBX, record + LARGEST, TOP);
    asm.subtract(CHANGE, CHANGE, TOP);
    asm.multiplyAll(CHANGE, CHANGE, RDI, SCALE);
    exp.exp(CHANGE, 0);
    asm.store(RBX, record + FACTOR, CHANGE);
    asm.multiply(SUM, CHANGE, RBX, record);
    for (int strip = 0; strip < strips; strip++) {
      int score = score(query, strip);
      asm.subtract(score, score, TOP);
      asm.multiplyAll(score, score, RDI, SCALE);
      exp.exp(score, 1 + strip);
      asm.store(RCX, (query * STRIPS + strip) * LINE, score);
      asm.add(SUM, SUM, score);
    }
    asm.store(RBX, record, SUM);
  }

  /** Adds the weighted values of some vectors of the head to the outputs. */
  private void gather(int first, int vectors) {
    outputs(first, vectors, true);
    asm.mov(RCX, RDI, 4 * Long.BYTES);
    asm.mov(R10, R11);
    asm.set(R9, strips);
    int strip = asm.here();
    asm.mov(R8, R10, Long.BYTES);
    if (bytes) {
      asm.mov(R13, R10, 3 * Long.BYTES);
    }
    asm.mov(R12, R10, 4 * Long.BYTES);
    int slot = asm.here();
    addSlot(first, vectors);
    asm.add(R8, dim * elementBytes());
    asm.add(RCX, Float.BYTES);
    if (bytes) {
      asm.add(R13, Float.BYTES);
    }
    asm.dec(R12);
    asm.jnz(slot);
    asm.add(R10, ENTRY * Long.BYTES);
    asm.dec(R9);
    asm.jnz(strip);
    outputs(first, vectors, false);
  }

  private void outputs(int first, int vectors, boolean load) {
    for (int query = 0; query < queries; query++) {
      for (int i = 0; i < vectors; i++) {
        int at = record(query) + RECORD + (first + i) * LINE;
        if (load) {
          asm.load(output(query, i, vectors), RBX, at);
          asm.multiply(
              output(query, i, vectors), output(query, i, vectors), RBX, record(query) + FACTOR);
        } else {
          asm.store(RBX, at, output(query, i, vectors));
        }
      }
    }
  }

  private void addSlot(int first, int vectors) {
    for (int i = 0; i < vectors; i++) {
      load(KEYS + i, R8, (first + i) * STRIP * elementBytes());
      if (bytes) {
        asm.multiplyAll(KEYS + i, KEYS + i, R13, 0);
      }
    }
    for (int query = 0; query < queries; query++) {
      asm.broadcastFloat(ELEMENTS + query, RCX, query * STRIPS * LINE);
      for (int i = 0; i < vectors; i++) {
        asm.multiplyAndAdd(output(query, i, vectors), KEYS + i, ELEMENTS + query);
      }
    }
  }

  /** Divides outputs by the sums of their weights. */
  private void finish() {
    for (int query = 0; query < queries; query++) {
      asm.load(SUM, RBX, record(query));
      for (int lanes = STRIP / 2; lanes > 0; lanes /= 2) {
        asm.rotate(TURNED, SUM, lanes);
        asm.add(SUM, SUM, TURNED);
      }
      asm.broadcastFloat(TURNED, RDI, exp.one());
      asm.divide(SUM, TURNED, SUM);
      asm.mov(R8, RBX, record(query) + TO);
      asm.addRegister(R8, RDX);
      for (int i = 0; i < dim / STRIP; i++) {
        asm.multiply(TOP, SUM, RBX, record(query) + RECORD + i * LINE);
        asm.store(R8, i * LINE, TOP);
      }
    }
  }

  private int elementBytes() {
    return bytes ? Byte.BYTES : Float.BYTES;
  }

  private int record(int query) {
    return query * recordBytes(dim);
  }

  private static int score(int query, int strip) {
    return query * STRIPS + strip;
  }

  private static int output(int query, int vector, int vectors) {
    return query * vectors + vector;
  }
}
