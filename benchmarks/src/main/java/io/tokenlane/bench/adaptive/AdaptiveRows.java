package io.tokenlane.bench.adaptive;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows of {@code bench adaptive}. */
public final class AdaptiveRows {
  private static final String DEMO =
      "inference-node/server/src/main/resources/models/demo-q8_0.gguf";
  private static final int WARM_UP = 40;

  private AdaptiveRows() {}

  /**
   * Measures, and plots the frontier of the reasoning's length.
   *
   * @param root the project's folder
   */
  public static List<Row> measure(Path root, boolean quick) throws IOException {
    int every = quick ? 5 : 1;
    List<Question> dev = Question.read("dev", every);
    List<Question> test = Question.read("test", every);
    int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
    List<Row> rows = new ArrayList<>();
    ExitTable.Opener opener = () -> new DemoEngine(root.resolve(DEMO), threads);
    List<Question> warmUp = dev.subList(0, Math.min(dev.size(), WARM_UP));
    for (int i = 0; i < 2; i++) {
      new ExitTable(opener, warmUp, warmUp, root, 1).measure();
    }
    rows.addAll(new ExitTable(opener, warmUp, test, root, quick ? 1 : 3).measure());
    try (DemoEngine engine = opener.open()) {
      ReasoningTable reasoning = new ReasoningTable(engine, dev, test);
      rows.addAll(reasoning.measure());
      FrontierPlot.write(reasoning, root.resolve("benchmarks/results/adaptive-frontier.png"));
    }
    return rows;
  }
}
