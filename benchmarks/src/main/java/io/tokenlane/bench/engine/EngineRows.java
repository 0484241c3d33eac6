package io.tokenlane.bench.engine;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows of {@code bench engine}. */
public final class EngineRows {
  private static final String DEMO =
      "inference-node/server/src/main/resources/models/demo-q8_0.gguf";

  private EngineRows() {}

  /**
   * Measures.
   *
   * @param root the project's folder
   * @throws Exception if a run fails
   */
  public static List<Row> measure(Path root, EngineOptions options, boolean quick)
      throws Exception {
    boolean demo = options.shape().equals("demo");
    Path file = demo ? root.resolve(DEMO) : random();
    try {
      List<Row> rows = new ArrayList<>();
      if (options.parts().contains("speed")) {
        rows.addAll(new SpeedRows(options, file, quick).measure());
      }
      if (options.parts().contains("kernels")) {
        rows.addAll(new KernelRows(options, file).measure());
      }
      if (options.parts().contains("trace") && demo) {
        rows.addAll(new TraceRows(options, root, quick).measure());
      }
      if (options.parts().contains("chats")) {
        rows.addAll(new ChatRows(options, file).measure());
      }
      return rows;
    } finally {
      if (!demo) {
        Files.delete(file);
      }
    }
  }

  private static Path random() throws IOException {
    Path file = Files.createTempFile("tokenlane-random", ".gguf");
    RandomGguf.write(file);
    return file;
  }
}
