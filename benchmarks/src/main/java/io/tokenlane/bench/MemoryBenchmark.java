package io.tokenlane.bench;

import io.tokenlane.bench.memory.MemoryRows;
import io.tokenlane.bench.memory.RandomFile;
import io.tokenlane.bench.report.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A node's resident memory beside its file and KV cache, and its time to ready. */
final class MemoryBenchmark implements Benchmark {
  private static final String FILES = "--files=";

  private final Path root;
  private final List<RandomFile> files;

  /**
   * For the project under {@code root}.
   *
   * @param files which to make; none: that of 1 B, with 8-bit weights, if it is to be quick, else
   *     all
   */
  MemoryBenchmark(Path root, List<RandomFile> files) {
    this.root = root;
    this.files = files;
  }

  /**
   * Takes {@code --files=NAME,…} out of the arguments.
   *
   * @throws IllegalArgumentException if there is no such file
   */
  static List<RandomFile> files(List<String> arguments) {
    List<RandomFile> wanted =
        arguments.stream()
            .filter(argument -> argument.startsWith(FILES))
            .flatMap(argument -> Stream.of(argument.substring(FILES.length()).split(",")))
            .map(RandomFile::of)
            .toList();
    arguments.removeIf(argument -> argument.startsWith(FILES));
    return wanted;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    if (!Files.exists(root.resolve(".run/app/node/node.aot"))) {
      // As after any `up`, the node has an AOT cache; the first start of all makes it.
      RunningSystem.start(root).close();
    }
    List<RandomFile> standard =
        quick ? List.of(RandomFile.LLAMA_1B_Q8_0) : List.of(RandomFile.values());
    return new MemoryRows(root, quick).measure(files.isEmpty() ? standard : files);
  }
}
