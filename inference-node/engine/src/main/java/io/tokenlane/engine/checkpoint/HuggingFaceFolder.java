package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Makes a checkpoint's contents from a Hugging Face folder. */
final class HuggingFaceFolder {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TEMPLATE = "chat_template";

  private final Path folder;
  private final Arena arena;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<MemorySegment> files = new ArrayList<>();

  private HuggingFaceFolder(Path folder, Arena arena) {
    this.folder = folder;
    this.arena = arena;
  }

  static Checkpoint.Contents read(Path folder, Arena arena) throws IOException {
    return new HuggingFaceFolder(folder, arena).read();
  }

  private Checkpoint.Contents read() throws IOException {
    JsonFile json = JsonFile.read(existing("config.json"));
    ModelConfig config = new HuggingFaceConfig(json).read();
    String file = mapWeights();
    boolean tied =
        json.flag("tie_word_embeddings").orElse(true)
            && !tensors.containsKey(TensorNames.HUGGING_FACE.output());
    return new Checkpoint.Contents(
        config,
        new NamedTensors(file, TensorNames.huggingFace(config), tensors, tied),
        new TokenizerSource.HuggingFace(
            folder.resolve("tokenizer.json"), optional("tokenizer_config.json")),
        chatTemplate(),
        endOfSequence(json, config.vocabularySize()),
        List.copyOf(files));
  }

  /** Maps all weight files and gives the name to use in messages about them. */
  private String mapWeights() throws IOException {
    Optional<Path> index = optional(INDEX);
    if (Files.exists(folder.resolve(SINGLE)) || index.isEmpty()) {
      Path single = existing(SINGLE);
      mapFile(single);
      return FileNames.of(single);
    }
    JsonFile json = JsonFile.read(index.get());
    JsonFile shards =
        json.object("weight_map")
            .orElseThrow(
                () -> CheckpointException.of(json.file(), "weight_map", "missing", "an object"));
    for (String shard : shardNames(shards)) {
      mapFile(existing(shard));
    }
    checkComplete(shards);
    return json.file();
  }

  private static Set<String> shardNames(JsonFile shards) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : shards.node().properties()) {
      String name = entry.getValue().asString("");
      if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
        throw CheckpointException.of(
            shards.file(), entry.getKey(), entry.getValue(), "a .safetensors file of this folder");
      }
      names.add(name);
    }
    return names;
  }

  private void checkComplete(JsonFile shards) {
    for (String name : shards.node().propertyNames()) {
      if (!tensors.containsKey(name)) {
        throw CheckpointException.of(
            shards.file(), name, "missing", "a tensor in " + shards.string(name).orElse(""));
      }
    }
  }

  private void mapFile(Path path) throws IOException {
    MemorySegment mapped = MappedFile.map(path, arena);
    files.add(mapped);
    for (Tensor tensor : SafetensorsFile.read(FileNames.of(path), mapped).values()) {
      if (tensors.put(tensor.name(), tensor) != null) {
        throw CheckpointException.of(
            FileNames.of(path), tensor.name(), "in another file too", "each tensor once");
      }
    }
  }

  private Optional<String> chatTemplate() throws IOException {
    Optional<Path> file = optional("chat_template.jinja");
    if (file.isPresent()) {
      return Optional.of(Files.readString(file.get()));
    }
    Optional<Path> config = optional("tokenizer_config.json");
    return config.isEmpty() ? Optional.empty() : templateOf(JsonFile.read(config.get()));
  }

  /** A template, or the one called default of a list of named ones. */
  private static Optional<String> templateOf(JsonFile config) {
    JsonNode value = config.find(TEMPLATE);
    if (value == null || !value.isArray()) {
      return config.string(TEMPLATE);
    }
    for (JsonNode named : value) {
      if (named.path("name").asString("").equals("default")) {
        return new JsonFile(config.file() + ": " + TEMPLATE, named).string("template");
      }
    }
    return Optional.empty();
  }

  private Set<Integer> endOfSequence(JsonFile config, int vocabulary) {
    Set<Integer> ids = new TreeSet<>();
    addIds(config, vocabulary, ids);
    optional("generation_config.json")
        .ifPresent(path -> addIds(JsonFile.read(path), vocabulary, ids));
    return Set.copyOf(ids);
  }

  private static void addIds(JsonFile json, int vocabulary, Set<Integer> ids) {
    JsonNode value = json.find("eos_token_id");
    if (value == null) {
      return;
    }
    Iterable<JsonNode> listed = value.isArray() ? value : Set.of(value);
    for (JsonNode id : listed) {
      boolean known = id.isIntegralNumber() && id.canConvertToInt();
      if (!known || id.intValue() < 0 || id.intValue() >= vocabulary) {
        throw CheckpointException.of(
            json.file(), "eos_token_id", id, "0 to " + (vocabulary - 1) + ", or a list of those");
      }
      ids.add(id.intValue());
    }
  }

  private Path existing(String name) {
    Path path = folder.resolve(name);
    if (!Files.isRegularFile(path)) {
      throw CheckpointException.of(
          FileNames.of(folder), name, "missing", Checkpoint.expectedFormats());
    }
    return path;
  }

  private Optional<Path> optional(String name) {
    return Optional.of(folder.resolve(name)).filter(Files::isRegularFile);
  }
}
