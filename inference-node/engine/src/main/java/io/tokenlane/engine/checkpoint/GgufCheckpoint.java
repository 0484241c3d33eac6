package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.ModelConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes a checkpoint's contents from a GGUF file. */
final class GgufCheckpoint {
  private static final List<String> END_KEYS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  private GgufCheckpoint() {}

  static Checkpoint.Contents read(Path path, Arena arena) throws IOException {
    MemorySegment bytes = MappedFile.map(path, arena);
    if (!GgufFile.hasMagic(bytes)) {
      throw CheckpointException.of(
          FileNames.of(path), "content", "not a GGUF file", Checkpoint.expectedFormats());
    }
    return read(FileNames.of(path), bytes);
  }

  static Checkpoint.Contents read(String file, MemorySegment bytes) {
    GgufFile gguf = GgufFile.read(file, bytes);
    ModelConfig config = new GgufConfig(gguf).read();
    boolean tied = !gguf.tensors().containsKey(TensorNames.GGUF.output());
    return new Checkpoint.Contents(
        config,
        new NamedTensors(file, TensorNames.GGUF, gguf.tensors(), tied),
        new TokenizerSource.Gguf(gguf.metadata()),
        gguf.metadata().string("tokenizer.chat_template"),
        endOfSequence(gguf.metadata(), config.vocabularySize()),
        bytes.byteSize());
  }

  private static Set<Integer> endOfSequence(GgufMetadata metadata, int vocabulary) {
    Set<Integer> ids = new TreeSet<>();
    for (String key : END_KEYS) {
      metadata.integer(key).ifPresent(id -> ids.add(checkId(metadata, key, id, vocabulary)));
    }
    return Set.copyOf(ids);
  }

  private static int checkId(GgufMetadata metadata, String key, int id, int vocabulary) {
    if (id < 0 || id >= vocabulary) {
      throw CheckpointException.of(metadata.file(), key, id, "0 to " + (vocabulary - 1));
    }
    return id;
  }
}
