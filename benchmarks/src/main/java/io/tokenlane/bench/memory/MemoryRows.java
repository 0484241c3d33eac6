package io.tokenlane.bench.memory;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What a node takes beside its model: a file of random weights is made, a node started with it as
 * the launcher starts nodes, and every block of its KV cache used. Resident is what the kernel
 * counts ({@code VmRSS}): the pages of mapped files, of the file of weights too, and memory of its
 * own.
 */
public final class MemoryRows {
  private static final long MIB = 1 << 20;
  private static final double GOAL = 1.05;
  private static final double MEGA = 1e6;
  private static final int PROMPT_TOKENS = 480;
  private static final int BYTE_TOKENS = 256;
  private static final int REST_SECONDS = 8;

  private final Path root;
  private final long kvBytes;
  private final List<Row> rows = new ArrayList<>();

  /**
   * For the project under {@code root}.
   *
   * @param quick whether the KV cache has 64 MiB; else it has the 256 that it has by default
   */
  public MemoryRows(Path root, boolean quick) {
    this.root = root;
    this.kvBytes = (quick ? 64 : 256) * MIB;
  }

  /** Measures; a file that does not fit this machine gives a row that says so. */
  public List<Row> measure(List<RandomFile> files) throws Exception {
    for (RandomFile file : files) {
      Path folder = Files.createTempDirectory("tokenlane-memory");
      try {
        Optional<String> obstacle = file.obstacle(folder, kvBytes);
        if (obstacle.isPresent()) {
          rows.add(Row.missing(file.title, "MB", obstacle.get()));
        } else {
          measure(file, folder);
        }
      } finally {
        delete(folder);
      }
    }
    return rows;
  }

  private void measure(RandomFile file, Path folder) throws Exception {
    Path model = folder.resolve(file.title + ".gguf");
    file.write(model);
    long size = Files.size(model);
    try (MeasuredNode node = MeasuredNode.start(root, model, kvBytes, folder)) {
      node.rest(REST_SECONDS);
      long before = node.memory("VmRSS");
      long most = node.memory("VmHWM");
      useAll(node, file);
      node.rest(REST_SECONDS);
      long after = node.memory("VmRSS");
      if (after - before < kvBytes * 9 / 10) {
        throw new IOException(
            "%s: %d bytes more after all prompts (expected: the KV cache's %d)"
                .formatted(file.title, after - before, kvBytes));
      }
      add(file, "file", size / MEGA, "MB");
      add(file, "KV cache", kvBytes / MEGA, "MB");
      add(file, "time to ready", node.secondsToReady(), "s");
      add(file, "most resident while loading", most / MEGA, "MB");
      add(file, "resident when ready", before / MEGA, "MB");
      add(file, "resident with the whole KV cache used", after / MEGA, "MB");
      add(file, "of it mapped files", node.memory("RssFile") / MEGA, "MB");
      add(file, "beyond file and KV cache", (after - size - kvBytes) / MEGA, "MB");
      rows.add(
          Row.of(
                  file.title + ": resident / (file + KV cache)",
                  (double) after / (size + kvBytes),
                  "x",
                  Better.LOWER)
              .withGoal(GOAL));
    }
  }

  private void add(RandomFile file, String what, double value, String unit) {
    rows.add(Row.of(file.title + ": " + what, value, unit, Better.LOWER));
  }

  /** Asks prompts that have nothing in common until each block was used, and one more. */
  private void useAll(MeasuredNode node, RandomFile file) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    long tokens = kvBytes / file.shape.kvBytesPerToken() + PROMPT_TOKENS;
    for (long used = 0; used < tokens; used += PROMPT_TOKENS) {
      String prompt =
          random
              .ints(PROMPT_TOKENS, BYTE_TOKENS, file.shape.vocabulary() - BYTE_TOKENS)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(",", "[", "]"));
      node.complete(
          "{\"model\": \"%s\", \"prompt\": %s, \"max_tokens\": 8, \"ignore_eos\": true}"
              .formatted(file.title, prompt));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
