package io.tokenlane.engine.checkpoint;

import java.nio.file.Path;
import java.util.Optional;

/** Where a checkpoint keeps its tokenizer. */
public sealed interface TokenizerSource {

  /**
   * In a GGUF file's metadata, under {@code tokenizer.ggml.*}.
   *
   * @param metadata readable until the checkpoint is closed
   */
  record Gguf(GgufMetadata metadata) implements TokenizerSource {}

  /**
   * In files of a Hugging Face folder.
   *
   * @param tokenizer {@code tokenizer.json}; may be missing on disk, which is for its reader to say
   * @param config {@code tokenizer_config.json}, where there is one
   */
  record HuggingFace(Path tokenizer, Optional<Path> config) implements TokenizerSource {}
}
