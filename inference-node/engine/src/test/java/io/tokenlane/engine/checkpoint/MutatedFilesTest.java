package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tokenlane.engine.model.Part;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import io.tokenlane.engine.token.TokenizerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * Random damage to real files: every damaged file is read, or refused with one line; never anything
 * else, and never at the cost of memory that its size does not explain. With {@code
 * MutatedTemplatesTest} over 100,000 cases.
 */
final class MutatedFilesTest {
  private static final long SEED = 20261122;

  /** Bytes that reading may allocate for each byte of a file, beyond a fixed amount. */
  private static final long ALLOCATED_EACH = 200;

  private static final long ALLOCATED_AT_LEAST = 4 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final Damage damage = new Damage(random);

  /** What reading a file is; throws if the file is refused. */
  private interface Reader {
    void read();
  }

  @Test
  void ggufWithATokenizer() throws IOException {
    assertThat(gguf(Files.readAllBytes(TestModels.demoQ8()), 200_000, 2_000)).isGreaterThan(500);
  }

  @Test
  void ggufOfEveryArchitecture() throws IOException {
    int refused = 0;
    for (Path model : models()) {
      refused += gguf(ReferenceGguf.of(model), 3_000, 1_600);
    }
    assertThat(refused).as("seed %d", SEED).isGreaterThan(10_000);
  }

  private int gguf(byte[] file, int head, int cases) {
    byte[] damaged = file.clone();
    int refused = 0;
    for (int i = 0; i < cases; i++) {
      int length = damage.bytes(damaged, head);
      MemorySegment bytes = MemorySegment.ofArray(damaged).asReadOnly().asSlice(0, length);
      refused += refuses(length, () -> readGguf(bytes));
      System.arraycopy(file, 0, damaged, 0, head);
    }
    return refused;
  }

  /** Reads a file as far as a model's loader would. */
  private static void readGguf(MemorySegment bytes) {
    Checkpoint.Contents contents = GgufCheckpoint.read("mutated", bytes);
    GgufMetadata metadata = ((TokenizerSource.Gguf) contents.tokenizer()).metadata();
    metadata.strings("tokenizer.ggml.tokens");
    metadata.integers("tokenizer.ggml.token_type");
    int hidden = contents.config().hiddenSize();
    contents.weights().require(Part.EMBEDDING, 0, contents.config().vocabularySize(), hidden);
    for (int layer = 0; layer < contents.config().layers(); layer++) {
      contents.weights().require(Part.ATTENTION_NORM, layer, hidden);
    }
  }

  @Test
  void safetensors() throws IOException {
    byte[] file = Files.readAllBytes(TestModels.of("tiny-llama/model.safetensors"));
    byte[] damaged = file.clone();
    int refused = 0;
    for (int i = 0; i < 25_000; i++) {
      int length = damage.bytes(damaged, 3_200);
      MemorySegment bytes = MemorySegment.ofArray(damaged).asReadOnly().asSlice(0, length);
      refused += refuses(3_200, () -> SafetensorsFile.read("mutated", bytes));
      System.arraycopy(file, 0, damaged, 0, 3_200);
    }
    assertThat(refused).as("seed %d", SEED).isGreaterThan(12_000);
  }

  @Test
  void configurations() throws IOException {
    int refused = 0;
    for (Path model : models()) {
      String config = Files.readString(model.resolve("config.json"));
      for (int i = 0; i < 700; i++) {
        byte[] json = damage.json(config);
        refused +=
            refuses(
                json.length, () -> new HuggingFaceConfig(JsonFile.parse("mutated", json)).read());
      }
    }
    assertThat(refused).as("seed %d", SEED).isGreaterThan(3_000);
  }

  @Test
  void tokenizers() throws IOException {
    int refused = 0;
    for (Path file : ReferenceTokenizersTest.files().toList()) {
      String json = JsonMapper.shared().readTree(file.toFile()).get("tokenizer").toString();
      for (int i = 0; i < 250; i++) {
        byte[] bytes = damage.json(json);
        refused += refuses(bytes.length, () -> encode(bytes));
      }
    }
    assertThat(refused).as("seed %d", SEED).isGreaterThan(1_000);
  }

  private static void encode(byte[] json) {
    Tokenizer tokenizer =
        HuggingFaceTokenizer.parse(JsonFile.parse("mutated", json), Optional.empty());
    tokenizer.encode("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! Ünï <s> 123\n", Specials.PARSE);
  }

  private static List<Path> models() throws IOException {
    try (var folders = Files.list(TestModels.reference().resolve("models"))) {
      return folders.sorted().toList();
    }
  }

  /** 1 if the file is refused. */
  private static int refuses(int size, Reader reader) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    int refused = 0;
    try {
      reader.read();
    } catch (CheckpointException e) {
      refused = 1;
      assertThat(e.getMessage()).startsWith("mutated").doesNotContain("\n").hasSizeLessThan(900);
    } catch (TokenizerException e) {
      refused = 1;
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for a file of %d, seed %d", size, SEED)
        .isLessThan(ALLOCATED_AT_LEAST + ALLOCATED_EACH * size);
    return refused;
  }
}
