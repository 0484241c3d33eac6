package io.tokenlane.balance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes hold which blocks of prompts, as they tell by events, and which block a text ends
 * with, as their answers tell: so the gateway knows without a tokenizer who has computed a text.
 *
 * <p>A block's hash stands for all tokens before it too, so the blocks of a prompt are a chain from
 * its last one over the parents, and what two prompts share is where their chains meet. A text that
 * was only seen as the beginning of one prompt is taken for all of that prompt until a second one
 * shows where it ends.
 *
 * <p>Thread-safe. Texts are forgotten by least recent use; blocks when no node holds them and no
 * text ends with them.
 */
public final class BlockIndex {
  private static final int TEXTS = 20_000;

  /** Blocks of a prompt of two million tokens, sixteen each; nobody has longer ones. */
  private static final int LONGEST_CHAIN = 1 << 17;

  /** Blocks of answers whose nodes never told of them. */
  private static final int MOST_UNHELD = 2 * TEXTS;

  private final Map<String, Set<String>> holdings = new HashMap<>();
  private final Map<String, Block> blocks = new HashMap<>();
  private int unheld;
  private final Map<Long, Ending> texts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Ending> eldest) {
          return size() > TEXTS;
        }
      };

  /** Equal by its hash alone: one that was evicted everywhere may come back as another object. */
  private static final class Block {
    final String hash;
    @Nullable Block parent;
    int holders;

    Block(String hash) {
      this.hash = hash;
    }
  }

  /** The last block of a text; none where it was found to end before its first. */
  private record Ending(@Nullable Block block) {}

  /** Everything that the node holds, in place of what was known of it. */
  public synchronized void snapshot(String nodeId, Collection<String> hashes) {
    forget(nodeId);
    Set<String> held = holdings.computeIfAbsent(nodeId, id -> new HashSet<>());
    hashes.forEach(hash -> hold(held, block(hash)));
  }

  /**
   * The node holds one block more.
   *
   * @param parent the block before it; null for the first of a prompt. One that comes after the
   *     block, as no prompt has it, counts as null
   */
  public synchronized void stored(String nodeId, String hash, @Nullable String parent) {
    boolean known = blocks.containsKey(hash);
    Block block = block(hash);
    if (parent != null && !parent.equals(hash) && block.parent == null) {
      Block before = block(parent);
      // Nothing comes after a block that is new.
      block.parent = known && comesAfter(before, hash) ? null : before;
    }
    hold(holdings.computeIfAbsent(nodeId, id -> new HashSet<>()), block);
  }

  private static boolean comesAfter(Block block, String hash) {
    int length = 0;
    for (Block at = block; at != null; at = at.parent) {
      if (at.hash.equals(hash) || ++length > LONGEST_CHAIN) {
        return true;
      }
    }
    return false;
  }

  private Block block(String hash) {
    return blocks.computeIfAbsent(hash, Block::new);
  }

  private static void hold(Set<String> held, Block block) {
    if (held.add(block.hash)) {
      block.holders++;
    }
  }

  /** The node holds it no longer. */
  public synchronized void evicted(String nodeId, String hash) {
    Set<String> held = holdings.get(nodeId);
    Block block = blocks.get(hash);
    if (held != null && block != null && held.remove(hash)) {
      drop(block);
    }
  }

  private void drop(Block block) {
    block.holders--;
    if (block.holders == 0) {
      blocks.remove(block.hash);
    }
  }

  /** Nothing is known of the node any more: it left, or stopped telling. */
  public synchronized void forget(String nodeId) {
    Set<String> held = holdings.remove(nodeId);
    if (held != null) {
      held.forEach(hash -> drop(block(hash)));
    }
  }

  /** Nodes that tell their blocks. */
  public synchronized Set<String> nodes() {
    return Set.copyOf(holdings.keySet());
  }

  /** Blocks that the node holds; 0 for one that does not tell. */
  public synchronized int held(String nodeId) {
    return holdings.getOrDefault(nodeId, Set.of()).size();
  }

  /**
   * A node answered.
   *
   * @param beginnings hashes of the prompt's beginnings, shortest first; the last is all of it
   * @param hash of the prompt's last block
   */
  public synchronized void answered(long[] beginnings, String hash) {
    Block last = block(hash);
    if (last.holders == 0 && ++unheld > MOST_UNHELD) {
      blocks.values().removeIf(block -> block.holders == 0);
      unheld = 0;
    }
    for (int i = 0; i < beginnings.length; i++) {
      boolean whole = i == beginnings.length - 1;
      Ending known = whole ? null : texts.get(beginnings[i]);
      texts.put(
          beginnings[i], known == null ? new Ending(last) : new Ending(meeting(known.block, last)));
    }
  }

  /** Where two chains meet; null if nowhere that is known. */
  private static @Nullable Block meeting(@Nullable Block one, Block other) {
    Set<String> chain = new HashSet<>();
    for (Block at = one; at != null && chain.size() < LONGEST_CHAIN; at = at.parent) {
      chain.add(at.hash);
    }
    Block at = other;
    int length = 0;
    while (at != null && !chain.contains(at.hash)) {
      at = ++length < LONGEST_CHAIN ? at.parent : null;
    }
    return at;
  }

  /**
   * Who holds how much of the longest beginning that is known.
   *
   * @param beginnings as for {@link #answered}
   * @return null if none of them is known to end in a block
   */
  public synchronized @Nullable Cached find(long[] beginnings) {
    for (int i = beginnings.length - 1; i >= 0; i--) {
      Ending ending = texts.get(beginnings[i]);
      if (ending != null) {
        return ending.block == null ? null : shares(ending.block);
      }
    }
    return null;
  }

  /** Null for a chain that is too long to be a prompt's. */
  private @Nullable Cached shares(Block last) {
    List<Block> chain = new ArrayList<>();
    for (Block at = last; at != null; at = at.parent) {
      if (chain.size() == LONGEST_CHAIN) {
        return null;
      }
      chain.add(at);
    }
    Collections.reverse(chain);
    Map<String, Double> shares = new HashMap<>();
    holdings.forEach((node, held) -> shares.put(node, (double) first(held, chain) / chain.size()));
    return node -> shares.getOrDefault(node, Cached.UNTOLD);
  }

  /** How many blocks from the chain's beginning are held: none is held without those before it. */
  private static int first(Set<String> held, List<Block> chain) {
    int low = 0;
    int high = chain.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (held.contains(chain.get(middle).hash)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
