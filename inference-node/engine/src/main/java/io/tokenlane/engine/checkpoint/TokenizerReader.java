package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.TokenizerException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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

  /**
   * The tokenizer at a path, of whatever architecture: a {@code tokenizer.json}, the folder it is
   * in, or a GGUF file, with weights or without.
   *
   * @throws CheckpointException if it is missing, broken, or of a kind not known here
   */
  public static Tokenizer read(Path path) {
    if (Files.isDirectory(path) || path.toString().endsWith(".json")) {
      Path json = Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
      Path config = json.resolveSibling("tokenizer_config.json");
      return read(
          new TokenizerSource.HuggingFace(json, Optional.of(config).filter(Files::isRegularFile)));
    }
    String file = FileNames.of(path);
    try (Arena arena = Arena.ofConfined()) {
      GgufFile gguf = GgufFile.read(file, MappedFile.map(path, arena));
      return read(new TokenizerSource.Gguf(gguf.metadata()));
    } catch (IOException e) {
      throw FileNames.unreadable(file, e);
    }
  }

  static CheckpointException broken(String file, TokenizerException cause) {
    return new CheckpointException(
        file + ": " + CheckpointException.printable(String.valueOf(cause.getMessage())), cause);
  }
}
