package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.model.Part;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Random damage to real files: every damaged file is read as before, or refused with one line;
 * never anything else.
 */
final class MutatedFilesTest {
  private static final long SEED = 20261122;
  private static final int GGUF_CASES = 1500;
  private static final int SAFETENSORS_CASES = 3000;

  /** Bytes that are worth damaging: what comes behind is data. */
  private static final int GGUF_HEAD = 200_000;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  @Test
  void gguf() throws IOException {
    byte[] file = Files.readAllBytes(TestModels.demoQ8());
    int refused = refused(file, GGUF_HEAD, GGUF_CASES, MutatedFilesTest::readGguf);
    assertThat(refused).as("seed %d", SEED).isGreaterThan(GGUF_CASES / 4);
  }

  @Test
  void safetensors() throws IOException {
    Path path = TestModels.of("tiny-llama/model.safetensors");
    byte[] file = Files.readAllBytes(path);
    int refused =
        refused(file, 3_200, SAFETENSORS_CASES, bytes -> SafetensorsFile.read("mutated", bytes));
    assertThat(refused).as("seed %d", SEED).isGreaterThan(SAFETENSORS_CASES / 2);
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

  private int refused(byte[] file, int head, int cases, Consumer<MemorySegment> reader) {
    byte[] damaged = file.clone();
    int refused = 0;
    for (int i = 0; i < cases; i++) {
      try {
        reader.accept(damage(damaged, head));
      } catch (CheckpointException e) {
        refused++;
        assertThat(e.getMessage())
            .startsWith("mutated: ")
            .doesNotContain("\n")
            .hasSizeLessThan(600);
      }
      System.arraycopy(file, 0, damaged, 0, head);
    }
    return refused;
  }

  private MemorySegment damage(byte[] file, int head) {
    MemorySegment whole = MemorySegment.ofArray(file).asReadOnly();
    if (random.nextInt(4) == 0) {
      return whole.asSlice(0, random.nextInt(file.length));
    }
    int reach = random.nextBoolean() ? head : Math.min(head, 2_000);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(reach - 8);
      switch (random.nextInt(4)) {
        case 0 -> file[at] = (byte) random.nextInt(256);
        case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> Arrays.fill(file, at, at + 8, (byte) (random.nextBoolean() ? -1 : 0));
        default -> System.arraycopy(file, random.nextInt(reach - 8), file, at, 8);
      }
    }
    return whole;
  }
}
