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

  /** Control tokens that end a turn, whether or not a key says so: older files name only one. */
  private static final Set<String> END_TEXTS =
      Set.of("<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>");

  private static final int CONTROL = 3;

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
        List.of(bytes));
  }

  private static Set<Integer> endOfSequence(GgufMetadata metadata, int vocabulary) {
    Set<Integer> ids = new TreeSet<>();
    for (String key : END_KEYS) {
      metadata.integer(key).ifPresent(id -> ids.add(checkId(metadata, key, id, vocabulary)));
    }
    addEndsByText(metadata, vocabulary, ids);
    return Set.copyOf(ids);
  }

  private static void addEndsByText(GgufMetadata metadata, int vocabulary, Set<Integer> ids) {
    List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElse(List.of());
    int[] types = metadata.integers("tokenizer.ggml.token_type").orElseGet(() -> new int[0]);
    for (int id = 0; id < Math.min(vocabulary, Math.min(types.length, tokens.size())); id++) {
      if (types[id] == CONTROL && END_TEXTS.contains(tokens.get(id))) {
        ids.add(id);
      }
    }
  }

  private static int checkId(GgufMetadata metadata, String key, int id, int vocabulary) {
    if (id < 0 || id >= vocabulary) {
      throw CheckpointException.of(metadata.file(), key, id, "0 to " + (vocabulary - 1));
    }
    return id;
  }
}
