package io.tokenlane.node.load;

import io.tokenlane.engine.checkpoint.TokenizerSource;
import io.tokenlane.engine.token.Tokenizer;
import java.util.ServiceLoader;

/** Reads a checkpoint's tokenizer. */
final class Tokenizers {
  private Tokenizers() {}

  static Tokenizer of(TokenizerSource source) {
    return ServiceLoader.load(Tokenizer.class)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("tokenizer: not there yet (expected: " + source));
  }
}
