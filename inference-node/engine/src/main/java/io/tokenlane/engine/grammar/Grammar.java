package io.tokenlane.engine.grammar;

import io.tokenlane.engine.sample.TokenMask;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A grammar over a vocabulary, ready to constrain generations. Keeps what it finds out, so that one
 * grammar should serve all generations of the same kind. Safe for use by many threads.
 */
public final class Grammar {
  /** Of states and masks of one grammar. */
  private static final long MOST_BYTES = 32L << 20;

  private final TokenIndex tokens;
  private final Network.Compiled network;
  private final Automaton automaton;
  private final State[] path;

  /** Told to others without the lock, which a step may hold. */
  private volatile long bytes;

  private Grammar(TokenIndex tokens, Network.Compiled network, long mostBytes) {
    this.tokens = tokens;
    this.network = network;
    automaton = new Automaton(network.main(), tokens.all().deepest(), mostBytes);
    path = new State[tokens.all().deepest() + 1];
    permitted(automaton.start());
    bytes = network.bytes() + automaton.bytes();
  }

  /**
   * Compiles an expression.
   *
   * @throws GrammarException if it is too large or the vocabulary cannot write any word of it
   */
  public static Grammar compile(Expr root, TokenIndex tokens) {
    return compile(root, tokens, MOST_BYTES);
  }

  /**
   * As {@link #compile(Expr, TokenIndex)}.
   *
   * @param mostBytes of states and masks, about, that it keeps
   */
  static Grammar compile(Expr root, TokenIndex tokens, long mostBytes) {
    return new Grammar(tokens, Network.compile(root, tokens), mostBytes);
  }

  /** Bytes of memory that it takes by now, about. */
  public long bytes() {
    return bytes;
  }

  /** Tokens that are enough for the shortest output, the end token included. */
  public int sufficientTokens() {
    synchronized (automaton) {
      return automaton.start().least + 1;
    }
  }

  /**
   * A mask for one generation. As the tokens run out it only permits what leads to the shortest
   * end, so that an output for which {@code maxTokens} are enough is always complete.
   *
   * @param maxTokens most tokens that will be generated, the end token included
   * @param endTokens what ends an output, permitted once it is complete; at least one
   */
  public TokenMask mask(int maxTokens, Set<Integer> endTokens) {
    return new GrammarMask(this, maxTokens, endTokens);
  }

  State start() {
    synchronized (automaton) {
      return automaton.start();
    }
  }

  /** The state after a token; without a way on if it was not permitted. */
  State after(State state, int token) {
    synchronized (automaton) {
      State at = automaton.begin(state);
      for (byte value : tokens.bytes(token)) {
        at = step(at, value & 0xFF);
      }
      bytes = network.bytes() + automaton.bytes();
      return at;
    }
  }

  /**
   * What may come next.
   *
   * @param most bytes that the rest after the next token may need at least
   */
  long[] permitted(State state, int most) {
    synchronized (automaton) {
      State at = automaton.begin(state);
      State.Permitted usual = permitted(at);
      boolean steered = usual.worst() > most && at.least - 1 <= most;
      return steered ? walk(at, most).bits() : usual.bits();
    }
  }

  private State.Permitted permitted(State state) {
    State alike = automaton.alike(state);
    State.Permitted known = alike.permitted;
    if (known == null) {
      known = walk(alike, Node.INFINITE);
      automaton.keep(alike, known);
    }
    return known;
  }

  private State step(State state, int value) {
    return tokens.canWrite(value) ? automaton.step(state, value) : automaton.dead();
  }

  private State.Permitted walk(State state, int most) {
    Walk walk = new Walk(most);
    Frame longest = longestContent(state);
    // One character of it is the least; the rest of its way is what any text of it leads to.
    if (longest == null || longest.least - 1 > most) {
      walk.over(tokens.all(), state);
      return walk.permitted();
    }
    walk.take(tokens.content(longest.contentLeft()), longest.least - 1);
    walk.over(tokens.others(), state);
    Frame loop = longest.parent;
    List<Frame> rest = state.frames.stream().filter(frame -> frame.parent != loop).toList();
    if (!rest.isEmpty()) {
      walk.over(tokens.all(), automaton.part(rest));
    }
    return walk.permitted();
  }

  /** Where the most characters of string content may come; null if none may. */
  private static @Nullable Frame longestContent(State state) {
    Frame longest = null;
    for (Frame frame : state.frames) {
      boolean longer = longest == null || frame.contentLeft() > longest.contentLeft();
      if (frame.beginsContent() && longer) {
        longest = frame;
      }
    }
    return longest;
  }

  TokenIndex tokens() {
    return tokens;
  }

  /** Collects the tokens that lead on from a state. */
  private final class Walk {
    private final long[] bits = new long[tokens.words()];
    private final int most;
    private int worst;

    /**
     * @param most of the {@link State#least} of where a token may lead
     */
    Walk(int most) {
      this.most = most;
    }

    State.Permitted permitted() {
      return new State.Permitted(bits, worst);
    }

    void take(long[] more, int least) {
      for (int word = 0; word < bits.length; word++) {
        bits[word] |= more[word];
      }
      worst = Math.max(worst, least);
    }

    void over(TokenTrie trie, State from) {
      path[0] = from;
      int node = 0;
      while (node < trie.size()) {
        int depth = trie.depth(node);
        State next = step(path[depth], trie.value(node) & 0xFF);
        if (next.isDead()) {
          node = trie.skip(node);
          continue;
        }
        path[depth + 1] = next;
        if (trie.endIds(node) > trie.firstId(node) && next.least <= most) {
          worst = Math.max(worst, next.least);
          add(trie, node);
        }
        node++;
      }
    }

    private void add(TokenTrie trie, int node) {
      for (int i = trie.firstId(node); i < trie.endIds(node); i++) {
        int id = trie.id(i);
        bits[id / Long.SIZE] |= 1L << id;
      }
    }
  }
}
