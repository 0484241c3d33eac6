package io.tokenlane.engine.grammar;

import io.tokenlane.engine.sample.TokenMask;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows one generation through a grammar. */
final class GrammarMask implements TokenMask {
  private final Grammar grammar;
  private final Set<Integer> endTokens;
  private final long[] withEnd;
  private State state;
  private int left;
  private long @Nullable [] permitted;

  GrammarMask(Grammar grammar, int maxTokens, Set<Integer> endTokens) {
    if (endTokens.isEmpty()) {
      throw new GrammarException("the model has no end token (expected: at least one)");
    }
    this.grammar = grammar;
    this.endTokens = Set.copyOf(endTokens);
    withEnd = new long[grammar.tokens().words()];
    state = grammar.start();
    left = maxTokens;
  }

  @Override
  public long[] permitted() {
    long[] known = permitted;
    if (known == null) {
      // Of the tokens left, one is the next and one ends the output.
      known = grammar.permitted(state, left - 2);
      if (state.complete) {
        known = withEnd(known);
      }
      permitted = known;
    }
    return known;
  }

  private long[] withEnd(long[] bits) {
    System.arraycopy(bits, 0, withEnd, 0, bits.length);
    for (int id : endTokens) {
      if (id / Long.SIZE < withEnd.length) {
        withEnd[id / Long.SIZE] |= 1L << id;
      }
    }
    return withEnd;
  }

  @Override
  public void accept(int token) {
    permitted = null;
    left--;
    if (!endTokens.contains(token)) {
      state = grammar.after(state, token);
    }
  }

  @Override
  public void takeBack(int count) {
    permitted = null;
    left += count;
  }
}
