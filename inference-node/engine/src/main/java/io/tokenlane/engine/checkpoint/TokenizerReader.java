package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.TokenizerException;

/** Makes a checkpoint's tokenizer. */
public final class TokenizerReader {
  private TokenizerReader() {}

  /**
   * @throws CheckpointException if the tokenizer is missing, broken, or of a kind not known here
   */
  public static Tokenizer read(TokenizerSource source) {
    return switch (source) {
      case TokenizerSource.Gguf gguf -> GgufTokenizer.read(gguf.metadata());
      case TokenizerSource.HuggingFace folder -> HuggingFaceTokenizer.read(folder);
    };
  }

  static CheckpointException broken(String file, TokenizerException cause) {
    return new CheckpointException(
        file + ": " + CheckpointException.printable(String.valueOf(cause.getMessage())), cause);
  }
}
