package io.tokenlane.engine.kv;

/**
 * Who owns which block of the paged KV cache (Kwon et al. 2023, "Efficient Memory Management for
 * Large Language Model Serving with PagedAttention").
 *
 * <p>A block is in exactly one state:
 *
 * <ul>
 *   <li><b>owned</b>: in one or more tables; its reference count is their number;
 *   <li><b>cached</b>: in no table, but it holds a full block of some prefix and can be found;
 *   <li><b>free</b>: in no table and with nothing of use in it.
 * </ul>
 *
 * <p>Cached and free blocks stand in one list in the order in which they are taken: free ones
 * first, then cached ones, least recently released first. Of a released table the last blocks go
 * first, as they are useless without those before them.
 *
 * <p>Full blocks are never written again, so sharing needs no copy: a sequence shares its full
 * prefix blocks and owns its last, partly filled block alone.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class BlockPool {
  private static final int NONE = -1;

  private final int blocks;
  private final int blockSize;
  private final boolean reuse;
  private final int[] references;
  private final FreeList available;
  private final PrefixIndex index;
  private final PrefixHash candidate = new PrefixHash();

  /**
   * @param blocks number of blocks, at least 1
   * @param blockSize token slots in a block, at least 1
   * @param reuse whether full blocks are indexed and found again
   */
  public BlockPool(int blocks, int blockSize, boolean reuse) {
    this.blocks = blocks;
    this.blockSize = blockSize;
    this.reuse = reuse;
    references = new int[blocks];
    available = new FreeList(blocks);
    index = new PrefixIndex(blocks, blockSize);
  }

  /** Number of blocks. */
  public int blocks() {
    return blocks;
  }

  /** Token slots that a table has. */
  public int slots(BlockTable table) {
    return table.count() * blockSize;
  }

  /** Blocks owned by tables; a shared block counts once. */
  public int owned() {
    return blocks - available.size();
  }

  /**
   * Gives an empty table the cached blocks that its sequence begins with. At least the last token
   * is always left to compute, as its logits are wanted.
   *
   * @param tokens the sequence; the first {@code length} are meaningful
   * @return number of tokens that are in the cache, a multiple of the block size
   */
  public int match(BlockTable table, int[] tokens, int length) {
    while (reuse && (table.hashed + 1) * blockSize < length) {
      int from = table.hashed * blockSize;
      int block = index.find(hashOfNext(table, tokens), tokens, from);
      if (block == NONE) {
        break;
      }
      share(block);
      table.add(block);
      commitHash(table);
    }
    return table.hashed * blockSize;
  }

  /**
   * Adds blocks to a table until it has slots for {@code tokens}; takes all it needs or nothing.
   *
   * @param spare blocks that must remain available afterwards if any is taken
   * @return whether the table now has the slots
   */
  public boolean grow(BlockTable table, int tokens, int spare) {
    int missing = Math.ceilDiv(tokens, blockSize) - table.count();
    if (missing <= 0) {
      return true;
    }
    if (missing + spare > available.size()) {
      return false;
    }
    for (int i = 0; i < missing; i++) {
      table.add(take());
    }
    return true;
  }

  /**
   * Makes the full blocks of a table known to later {@link #match} calls, once they are computed.
   *
   * @param tokens the sequence
   * @param computed how many of its tokens have their keys and values in the cache
   */
  public void publish(BlockTable table, int[] tokens, int computed) {
    while (reuse && (table.hashed + 1) * blockSize <= computed) {
      int from = table.hashed * blockSize;
      int block = table.ids()[table.hashed];
      PrefixHash hash = hashOfNext(table, tokens);
      if (index.find(hash, tokens, from) == NONE) {
        index.add(block, hash, tokens, from);
      }
      commitHash(table);
    }
  }

  /** Empties a table. Its full blocks stay cached until they are taken for something else. */
  public void release(BlockTable table) {
    for (int i = table.count() - 1; i >= 0; i--) {
      unshare(table.ids()[i]);
    }
    table.clear();
  }

  /** Empties a table whose contents cannot be trusted: its blocks are not found again. */
  public void discard(BlockTable table) {
    for (int i = 0; i < table.count(); i++) {
      int block = table.ids()[i];
      if (index.contains(block)) {
        index.remove(block);
      }
    }
    release(table);
  }

  /**
   * Proves that each block is free, cached or owned, exactly once.
   *
   * @param tables every table that owns blocks
   * @throws IllegalStateException if not, naming the block
   */
  public void checkInvariants(Iterable<BlockTable> tables) {
    int[] owners = new int[blocks];
    for (BlockTable table : tables) {
      for (int i = 0; i < table.count(); i++) {
        owners[table.ids()[i]]++;
      }
    }
    for (int block = 0; block < blocks; block++) {
      checkBlock(block, owners[block]);
    }
    if (available.countLinks() != available.size()) {
      throw new IllegalStateException(
          "available blocks: %d linked (expected: %d)"
              .formatted(available.countLinks(), available.size()));
    }
  }

  private void checkBlock(int block, int owners) {
    if (references[block] != owners) {
      throw new IllegalStateException(
          "block %d: %d references (expected: %d, its owners)"
              .formatted(block, references[block], owners));
    }
    if (available.contains(block) != (owners == 0)) {
      throw new IllegalStateException(
          "block %d: %d owners and %s the list of available blocks"
              .formatted(block, owners, available.contains(block) ? "in" : "not in"));
    }
  }

  private PrefixHash hashOfNext(BlockTable table, int[] tokens) {
    candidate.set(table.hash);
    candidate.append(tokens, table.hashed * blockSize, blockSize);
    return candidate;
  }

  private void commitHash(BlockTable table) {
    table.hash.set(candidate);
    table.hashed++;
  }

  private int take() {
    int block = available.takeFirst();
    if (index.contains(block)) {
      index.remove(block);
    }
    references[block] = 1;
    return block;
  }

  private void share(int block) {
    if (references[block]++ == 0) {
      available.remove(block);
    }
  }

  private void unshare(int block) {
    if (--references[block] > 0) {
      return;
    }
    if (index.contains(block)) {
      available.addLast(block);
    } else {
      available.addFirst(block);
    }
  }
}
