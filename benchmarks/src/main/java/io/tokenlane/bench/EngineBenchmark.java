package io.tokenlane.bench;

import io.tokenlane.bench.engine.EngineOptions;
import io.tokenlane.bench.engine.EngineRows;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** The inference engine: speed, memory, batching, prefix reuse; beside llama.cpp if it is there. */
final class EngineBenchmark implements Benchmark {
  private final Path root;
  private final EngineOptions options;

  EngineBenchmark(Path root, EngineOptions options) {
    this.root = root;
    this.options = options;
  }

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    return EngineRows.measure(root, options, quick);
  }
}
