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

  /**
   * @param salt keeps prefixes apart: only tables of equal salt share blocks
   */
  public BlockTable(CacheSalt salt) {
    this.salt = salt;
    hash.reset(salt);
  }

  /** Block ids; the first {@link #count()} are meaningful. Not to be changed. */
  public int[] ids() {
    return ids;
  }

  /** Number of blocks. */
  public int count() {
    return count;
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
    hash.reset(salt);
  }
}
