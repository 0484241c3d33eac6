package io.tokenlane.balance;

import io.tokenlane.balance.strategy.RendezvousHash;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pick has to know about the call it is for.
 *
 * @param key what hashing strategies hash (client, session, header); null if the call has none
 * @param tried ids of nodes that had this call already
 * @param unfit ids of nodes that are not meant for such calls, as they lack its model
 * @param prompt the part of the prompt that calls share; {@link Prompt#NONE} for other requests
 */
public record Demand(@Nullable String key, Set<String> tried, Set<String> unfit, Prompt prompt) {
  /** A first attempt of a request that nothing is known of. */
  public static final Demand PLAIN = new Demand(null, Set.of(), Set.of(), Prompt.NONE);

  /** A first attempt with a key to hash. */
  public static Demand keyed(@Nullable String key) {
    return new Demand(key, Set.of(), Set.of(), Prompt.NONE);
  }

  /** The same call with this prompt. */
  public Demand prompt(Prompt known) {
    return new Demand(key, tried, unfit, known);
  }

  /** The same call after these nodes had it. */
  public Demand without(Set<String> had) {
    return new Demand(key, had, unfit, prompt);
  }

  /** The same call, for which these nodes are not meant. */
  public Demand unfit(Set<String> lacking) {
    return new Demand(key, tried, lacking, prompt);
  }

  boolean isFirst() {
    return tried.isEmpty();
  }

  /** Whether such calls may go to the node. */
  boolean fits(Node node) {
    return unfit.isEmpty() || !unfit.contains(node.id());
  }

  /** Whether this call may go to the node now. */
  boolean mayGoTo(Node node) {
    return fits(node) && (tried.isEmpty() || !tried.contains(node.id()));
  }

  /**
   * The size of a prompt and what it begins with.
   *
   * @param prefix hash of the beginning that other calls share; 0 if there is none
   * @param sharedTokens tokens of that beginning; ≥ 0
   * @param ownTokens tokens behind it, which no node can have computed yet; ≥ 0
   * @param outputTokens expected of the answer; ≥ 0
   * @param cached who has the beginning; null if no node tells
   */
  public record Prompt(
      long prefix, int sharedTokens, int ownTokens, int outputTokens, @Nullable Cached cached) {
    /** No prompt, or none that is known. */
    public static final Prompt NONE = new Prompt(0, 0, 0);

    /** A prompt of which no node tells what it has, and whose answer is of unknown length. */
    public Prompt(long prefix, int sharedTokens, int ownTokens) {
      this(prefix, sharedTokens, ownTokens, 0, null);
    }

    /** The same, with an answer of so many tokens to come. */
    public Prompt expecting(int output) {
      return new Prompt(prefix, sharedTokens, ownTokens, output, cached);
    }

    /** The same, knowing who has its beginning. */
    public Prompt with(@Nullable Cached known) {
      return new Prompt(prefix, sharedTokens, ownTokens, outputTokens, known);
    }

    /** The share of the beginning that the node has; {@link Cached#UNTOLD} if nobody says. */
    double cachedShare(String nodeId) {
      return cached == null ? Cached.UNTOLD : cached.share(nodeId);
    }

    /** Refuses negative sizes. */
    public Prompt {
      if (sharedTokens < 0 || ownTokens < 0 || outputTokens < 0) {
        throw new IllegalArgumentException(
            "prompt tokens: %d, %d, output %d (expected: >= 0)"
                .formatted(sharedTokens, ownTokens, outputTokens));
      }
    }

    /** Hashes the shared beginning. */
    public static Prompt of(String beginning, int sharedTokens, int ownTokens) {
      return new Prompt(RendezvousHash.hash(beginning), sharedTokens, ownTokens);
    }

    int tokens() {
      return sharedTokens + ownTokens;
    }
  }
}
