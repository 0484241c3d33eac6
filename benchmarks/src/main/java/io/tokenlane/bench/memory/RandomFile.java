package io.tokenlane.bench.memory;

import io.tokenlane.bench.engine.RandomGguf;
import io.tokenlane.bench.engine.RandomShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Files of random weights that a node is started with. */
public enum RandomFile {
  LLAMA_1B_Q8_0("llama-1b-q8_0", RandomShape.LLAMA_1B, true),
  LLAMA_1B_F16("llama-1b-f16", RandomShape.LLAMA_1B, false),
  LLAMA_3B_Q8_0("llama-3b-q8_0", RandomShape.LLAMA_3B, true),
  LLAMA_8B_Q8_0("llama-8b-q8_0", RandomShape.LLAMA_8B, true);

  /** Beside the weights: vocabulary and directory. */
  private static final long HEAD_BYTES = 16 << 20;

  /** What a node may need beside its file and KV cache, while it loads. */
  private static final long NODE_BYTES = 1L << 30;

  final String title;
  final RandomShape shape;
  private final boolean bytes;

  RandomFile(String title, RandomShape shape, boolean bytes) {
    this.title = title;
    this.shape = shape;
    this.bytes = bytes;
  }

  /** Their names. */
  public static List<String> titles() {
    return Arrays.stream(values()).map(file -> file.title).toList();
  }

  /**
   * The file of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RandomFile of(String title) {
    return Arrays.stream(values())
        .filter(file -> file.title.equals(title))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--files: %s (expected: some of %s)".formatted(title, titles())));
  }

  void write(Path file) throws IOException {
    RandomGguf.writeServable(file, shape, bytes);
  }

  /** Why it cannot be made and served here; empty if it can. */
  Optional<String> obstacle(Path folder, long kvBytes) throws IOException {
    long weights = RandomGguf.weightBytes(shape, bytes) + HEAD_BYTES;
    long disk = Files.getFileStore(folder).getUsableSpace();
    if (disk < weights) {
      return Optional.of(
          "%s: %d MB free on its disk (expected: %d)"
              .formatted(folder, disk / 1_000_000, weights / 1_000_000));
    }
    long memory = available();
    long needed = weights + kvBytes + NODE_BYTES;
    return memory >= needed
        ? Optional.empty()
        : Optional.of(
            "memory: %d MB available (expected: %d)"
                .formatted(memory / 1_000_000, needed / 1_000_000));
  }

  private static long available() throws IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
