package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.Weights;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Pages;
import io.tokenlane.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model on disk: a GGUF file, or a Hugging Face folder ({@code config.json}, one or more
 * safetensors files). Weights are memory-mapped and checked for their place and size, never trusted
 * and never copied. Whatever is wrong with a file is a {@link CheckpointException}.
 *
 * <p>Closing it unmaps the weights: close the models made of it first.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path path;
  private final Format format;
  private final Arena arena;
  private final Contents contents;

  /** What is in a checkpoint, whatever its format. */
  record Contents(
      ModelConfig config,
      NamedTensors weights,
      TokenizerSource tokenizer,
      Optional<String> chatTemplate,
      Set<Integer> endOfSequence,
      List<MemorySegment> files) {}

  /** Kinds of checkpoints. */
  public enum Format {
    /** One file of ggml's unified format. */
    GGUF,
    /** A folder as transformers writes it. */
    HUGGING_FACE
  }

  private Checkpoint(Path path, Format format, Arena arena, Contents contents) {
    this.path = path;
    this.format = format;
    this.arena = arena;
    this.contents = contents;
  }

  /**
   * The path, if there is anything at it.
   *
   * @throws CheckpointException if there is neither a file nor a folder
   */
  public static Path located(Path path) {
    if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
      throw CheckpointException.of(
          path.toString(), "model", "no such file or folder", expectedFormats());
    }
    return path;
  }

  /**
   * Maps and checks the checkpoint at a path.
   *
   * @throws CheckpointException if there is none, or it cannot be used
   */
  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the checkpoint
  public static Checkpoint open(Path path) {
    boolean folder = Files.isDirectory(located(path));
    Arena arena = Arena.ofShared();
    try {
      Contents contents =
          folder ? HuggingFaceFolder.read(path, arena) : GgufCheckpoint.read(path, arena);
      return new Checkpoint(path, folder ? Format.HUGGING_FACE : Format.GGUF, arena, contents);
    } catch (IOException e) {
      arena.close();
      throw FileNames.unreadable(FileNames.of(path), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  static String expectedFormats() {
    return "a GGUF file, or a folder with config.json and model.safetensors";
  }

  /** Where it was opened. */
  public Path path() {
    return path;
  }

  /** Its name: the file's without {@code .gguf}, or the folder's. */
  public String name() {
    Path last = path.toAbsolutePath().normalize().getFileName();
    String name = last == null ? path.toString() : last.toString();
    return name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
  }

  /** What kind it is. */
  public Format format() {
    return format;
  }

  /** Shapes and constants of the model. */
  public ModelConfig config() {
    return contents.config;
  }

  /** The tensors, by what they are for. Their errors are {@link CheckpointException}s. */
  public Weights weights() {
    return contents.weights;
  }

  /** All tensors, in the file's order and under its names. */
  public Collection<Tensor> tensors() {
    return Collections.unmodifiableCollection(contents.weights.tensors().values());
  }

  /** How many bytes of tensors there are of each type. */
  public Map<DType, Long> bytesByType() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    tensors().forEach(t -> bytes.merge(t.dtype(), t.data().byteSize(), Long::sum));
    return bytes;
  }

  /** Where its tokenizer is. */
  public TokenizerSource tokenizer() {
    return contents.tokenizer;
  }

  /** Source of its chat template, in Jinja, if it has one. */
  public Optional<String> chatTemplate() {
    return contents.chatTemplate;
  }

  /** Ids of the tokens that end a generation, by its configuration; may be empty. */
  public Set<Integer> endOfSequence() {
    return contents.endOfSequence;
  }

  /** Size of its weight files in bytes. */
  public long bytes() {
    return contents.files.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /**
   * Gives back the memory of all pages that were read so far; they can still be read, at the cost
   * of reading the file again. To be called once tokenizer and weights are taken over.
   */
  public void release() {
    contents.files.forEach(Pages::release);
  }

  @Override
  public void close() {
    arena.close();
  }
}
