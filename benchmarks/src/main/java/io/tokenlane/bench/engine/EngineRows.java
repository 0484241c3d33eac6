package io.tokenlane.bench.engine;

import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows of {@code bench engine}. */
public final class EngineRows {
  private static final String DEMO =
      "inference-node/server/src/main/resources/models/demo-q8_0.gguf";

  private static final String DEMO_FLOATS =
      "inference-node/engine/src/test/resources/models/demo/demo-f16.gguf";

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
    Path file = demo ? root.resolve(DEMO) : random(options, true);
    try {
      List<Row> rows = new ArrayList<>();
      if (options.parts().contains("speed")) {
        rows.addAll(new SpeedRows(options, file, quick).measure());
      }
      if (options.parts().contains("kernels")) {
        rows.addAll(new KernelRows(options, file).measure());
      }
      if (options.parts().contains("trace")) {
        rows.addAll(trace(root, options, file, quick));
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

  private static List<Row> trace(Path root, EngineOptions options, Path bytes, boolean quick)
      throws IOException {
    boolean demo = options.shape().equals("demo");
    Path floats = demo ? root.resolve(DEMO_FLOATS) : random(options, false);
    try {
      return new TraceRows(options, bytes, floats, quick).measure(root);
    } finally {
      if (!demo) {
        Files.delete(floats);
      }
    }
  }

  private static Path random(EngineOptions options, boolean bytes) throws IOException {
    Path file = Files.createTempFile("tokenlane-random", ".gguf");
    RandomGguf.write(file, RandomShape.of(options.shape()), bytes ? DType.Q8_0 : DType.F32);
    return file;
  }
}
