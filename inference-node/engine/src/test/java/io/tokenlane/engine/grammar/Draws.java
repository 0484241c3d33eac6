package io.tokenlane.engine.grammar;

import io.tokenlane.engine.sample.TokenMask;
import io.tokenlane.engine.token.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Outputs of a model that knows nothing: any permitted token may come. */
record Draws(Tokenizer tokenizer, int end, RandomGenerator random) {

  /**
   * An output, which must be complete within the tokens it has.
   *
   * @param haste how likely the permitted token with the last id is taken: 0 for a fair draw
   */
  String draw(Grammar grammar, int maxTokens, double haste) {
    TokenMask mask = grammar.mask(maxTokens, Set.of(end));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < maxTokens; i++) {
      BitSet permitted = BitSet.valueOf(mask.permitted());
      int id = choose(permitted, haste);
      if (id < 0) {
        throw new AssertionError("nothing permitted after " + text(bytes));
      }
      if (id == end) {
        return text(bytes);
      }
      bytes.writeBytes(tokenizer.bytes(id));
      mask.accept(id);
    }
    throw new AssertionError("no end within " + maxTokens + " tokens: " + text(bytes));
  }

  private int choose(BitSet permitted, double haste) {
    if (random.nextDouble() < haste) {
      return permitted.length() - 1;
    }
    int skip = permitted.isEmpty() ? 0 : random.nextInt(permitted.cardinality());
    int id = permitted.nextSetBit(0);
    for (int i = 0; i < skip; i++) {
      id = permitted.nextSetBit(id + 1);
    }
    return id;
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
