package io.tokenlane.bench;

import io.tokenlane.bench.limits.LimitRows;
import io.tokenlane.bench.report.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The gateway within the limits of its container, beside neighbours that load the machine. */
final class LimitsBenchmark implements Benchmark {
  private final Path root;

  LimitsBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "limits";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    if (!Files.exists(root.resolve(".run/app/gateway/gateway.aot"))) {
      // As in its image, the gateway has an AOT cache; the first start of all makes it.
      RunningSystem.start(root).close();
    }
    return new LimitRows(root).measure(quick);
  }
}
