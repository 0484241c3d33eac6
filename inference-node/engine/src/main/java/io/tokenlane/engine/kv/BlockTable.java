package io.tokenlane.engine.kv;

import java.util.Arrays;

/** The blocks of one sequence, in order. Filled and emptied by a {@link BlockPool}. */
public final class BlockTable {
  private int[] ids = new int[4];
  private int count;

  /** Number of leading blocks that {@link #hash} covers. */
  int hashed;

  final PrefixHash hash = new PrefixHash();

  /** The block of another table that this one waits for, and what it will hold; or negative. */
  int awaitedBlock = -1;

  final PrefixHash awaited = new PrefixHash();
  private final CacheSalt salt;

  /** What the blocks of shallow tokens are marked with; 0 if there are none. */
  final long mark;

  /** The first token whose keys and values are not those of all layers. */
  private int shallowFrom = Integer.MAX_VALUE;

  /**
   * @param salt keeps prefixes apart: only tables of equal salt share blocks
   */
  public BlockTable(CacheSalt salt) {
    this(salt, 0);
  }

  /**
   * @param mark not 0 for a table that may hold shallow tokens: those that left the model before
   *     its last layer. Their blocks, and all behind them, are found by tables of the same mark
   *     only
   */
  public BlockTable(CacheSalt salt, long mark) {
    this.salt = salt;
    this.mark = mark;
    hash.reset(salt);
  }

  /** Who shares its blocks. */
  public CacheSalt salt() {
    return salt;
  }

  /** Block ids; the first {@link #count()} are meaningful. Not to be changed. */
  public int[] ids() {
    return ids;
  }

  /** Number of blocks. */
  public int count() {
    return count;
  }

  /** Notes that a token left the model before its last layer. */
  public void leftEarly(int position) {
    if (mark == 0) {
      throw new IllegalStateException(
          "position %d: left early (expected: a table with a mark)".formatted(position));
    }
    shallowFrom = Math.min(shallowFrom, position);
  }

  /** Takes over which of another's first tokens are shallow. */
  void adoptShallow(BlockTable other, int tokens) {
    if (other.isShallow(tokens)) {
      leftEarly(other.shallowFrom);
    }
  }

  /** Whether a block that ends before token {@code end} holds a shallow token or follows one. */
  boolean isShallow(int end) {
    return shallowFrom < end;
  }

  void add(int block) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count * 2);
    }
    ids[count++] = block;
  }

  void replace(int at, int block) {
    ids[at] = block;
  }

  void clear() {
    count = 0;
    hashed = 0;
    shallowFrom = Integer.MAX_VALUE;
    hash.reset(salt);
  }
}
