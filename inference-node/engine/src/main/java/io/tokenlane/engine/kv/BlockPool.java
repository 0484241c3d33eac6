package io.tokenlane.engine.kv;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * <p>Full blocks are never written again, so sharing prefixes needs no copy. A block that is partly
 * filled is shared by {@link #fork} only, and copied before one of its owners writes into it.
 *
 * <p>Blocks that a table is about to compute can be announced, so that others with the same prefix
 * wait for them instead of computing them too.
 *
 * <p>A table may hold shallow tokens, which left the model before its last layer. The blocks from
 * the first of those on are indexed under hashes of their own, which only tables of the same mark
 * look for: a sequence that computes all layers never reads keys and values that others have not.
 * One of the same mark may, in its prompt too, where that holds an earlier answer.
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
  private final PrefixIndex announced;
  private final BlockListener listener;
  private final List<BlockCopy> copies = new ArrayList<>();
  private final PrefixHash candidate = new PrefixHash();

  /**
   * @param blocks number of blocks, at least 1
   * @param blockSize token slots in a block, at least 1
   * @param reuse whether full blocks are indexed and found again
   */
  public BlockPool(int blocks, int blockSize, boolean reuse) {
    this(blocks, blockSize, reuse, BlockListener.NONE);
  }

  /**
   * @param listener hears what is indexed
   */
  public BlockPool(int blocks, int blockSize, boolean reuse, BlockListener listener) {
    this.listener = listener;
    this.blocks = blocks;
    this.blockSize = blockSize;
    this.reuse = reuse;
    references = new int[blocks];
    available = new FreeList(blocks);
    index = new PrefixIndex(blocks, blockSize);
    announced = new PrefixIndex(blocks, blockSize);
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
      if (block == NONE && table.mark != 0 && !table.isShallow(from + blockSize)) {
        candidate.mark(table.mark);
        block = index.find(candidate, tokens, from);
        if (block != NONE) {
          table.leftEarly(from);
        }
      }
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
   * Looks for an announced block that continues what {@link #match} found; remembers the furthest.
   *
   * @return whether there is one, so that waiting for it saves computing it
   */
  public boolean await(BlockTable table, int[] tokens, int length) {
    table.awaitedBlock = NONE;
    candidate.set(table.hash);
    for (int at = table.hashed; reuse && (at + 1) * blockSize < length; at++) {
      append(table, tokens, at);
      int block = announced.find(candidate, tokens, at * blockSize);
      if (block == NONE) {
        break;
      }
      table.awaitedBlock = block;
      table.awaited.set(candidate);
    }
    return isAwaiting(table);
  }

  /** Whether the block found by {@link #await} is still to be computed. */
  public boolean isAwaiting(BlockTable table) {
    return table.awaitedBlock != NONE && announced.holds(table.awaitedBlock, table.awaited);
  }

  /** Tells that a table's full blocks up to {@code length} tokens will be computed. */
  public void announce(BlockTable table, int[] tokens, int length) {
    candidate.set(table.hash);
    for (int at = table.hashed; reuse && (at + 1) * blockSize <= length; at++) {
      int from = at * blockSize;
      append(table, tokens, at);
      if (announced.find(candidate, tokens, from) == NONE
          && index.find(candidate, tokens, from) == NONE) {
        announced.add(table.ids()[at], candidate, tokens, from);
      }
    }
  }

  /**
   * Gives an empty table the first blocks of another, its partly filled one included, as what the
   * other knows them to be: published or not, shallow or not.
   *
   * @param to of the same salt and mark
   * @param tokens the sequence of both, as far as they must hold it
   * @param length how many of its tokens, computed by the other, they must hold
   */
  public void fork(BlockTable from, BlockTable to, int[] tokens, int length) {
    for (int at = 0; at < Math.ceilDiv(length, blockSize); at++) {
      share(from.ids()[at]);
      to.add(from.ids()[at]);
    }
    to.adoptShallow(from, length);
    int known = Math.min(from.hashed, length / blockSize);
    while (to.hashed < known) {
      hashOfNext(to, tokens);
      commitHash(to);
    }
  }

  /**
   * Gives a table slots of its own for the tokens {@code from .. tokens}: adds blocks, and copies
   * the one at {@code from} where it is shared. Takes all it needs or nothing.
   *
   * @param spare blocks that must remain available afterwards if any is taken
   * @return whether the table now has the slots
   */
  public boolean makeRoom(BlockTable table, int from, int tokens, int spare) {
    int missing = Math.max(0, Math.ceilDiv(tokens, blockSize) - table.count());
    int at = from / blockSize;
    boolean copy = at < table.count() && references[table.ids()[at]] > 1;
    int taken = missing + (copy ? 1 : 0);
    if (taken > 0 && taken + spare > available.size()) {
      return false;
    }
    if (copy) {
      copy(table, at);
    }
    for (int i = 0; i < missing; i++) {
      table.add(take());
    }
    return true;
  }

  /** The copies to make, in order, before the next step writes; forgets them. */
  public List<BlockCopy> takeCopies() {
    if (copies.isEmpty()) {
      return List.of();
    }
    List<BlockCopy> taken = List.copyOf(copies);
    copies.clear();
    return taken;
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
      int known = index.find(hash, tokens, from);
      if (known == NONE) {
        index.add(block, hash, tokens, from);
        listener.stored(hash.value(), from == 0 ? null : table.hash.value());
      } else if (known != block) {
        share(known);
        table.replace(table.hashed, known);
        unshare(block);
      }
      if (announced.contains(block)) {
        announced.remove(block);
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
      forget(block);
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
    if (announced.contains(block) && (owners != 1 || index.contains(block))) {
      throw new IllegalStateException(
          "block %d: announced with %d owners (expected: 1, and not yet computed)"
              .formatted(block, owners));
    }
    if (available.contains(block) != (owners == 0)) {
      throw new IllegalStateException(
          "block %d: %d owners and %s the list of available blocks"
              .formatted(block, owners, available.contains(block) ? "in" : "not in"));
    }
  }

  /** Hashes of all blocks that can be found, in no order. */
  public List<BlockHash> indexed() {
    List<BlockHash> hashes = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      if (index.contains(block)) {
        hashes.add(index.hash(block));
      }
    }
    return hashes;
  }

  /** Hash of the last full block of these tokens; null if they fill none. */
  public static @Nullable BlockHash hashOf(int[] tokens, int blockSize, CacheSalt salt) {
    if (tokens.length < blockSize) {
      return null;
    }
    PrefixHash hash = new PrefixHash();
    hash.reset(salt);
    for (int from = 0; from + blockSize <= tokens.length; from += blockSize) {
      hash.append(tokens, from, blockSize);
    }
    return hash.value();
  }

  private PrefixHash hashOfNext(BlockTable table, int[] tokens) {
    candidate.set(table.hash);
    append(table, tokens, table.hashed);
    return candidate;
  }

  private void append(BlockTable table, int[] tokens, int at) {
    candidate.append(tokens, at * blockSize, blockSize);
    if (table.isShallow((at + 1) * blockSize)) {
      candidate.mark(table.mark);
    }
  }

  private void commitHash(BlockTable table) {
    table.hash.set(candidate);
    table.hashed++;
  }

  private int take() {
    int block = available.takeFirst();
    forget(block);
    references[block] = 1;
    return block;
  }

  private void forget(int block) {
    if (index.contains(block)) {
      listener.evicted(index.hash(block));
      index.remove(block);
    }
  }

  private void copy(BlockTable table, int at) {
    int from = table.ids()[at];
    int to = take();
    copies.add(new BlockCopy(from, to));
    table.replace(at, to);
    unshare(from);
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
    if (announced.contains(block)) {
      announced.remove(block);
    }
    if (index.contains(block)) {
      available.addLast(block);
    } else {
      available.addFirst(block);
    }
  }
}
