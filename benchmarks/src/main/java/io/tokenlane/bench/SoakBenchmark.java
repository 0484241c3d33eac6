package io.tokenlane.bench;

import io.tokenlane.bench.gateway.SoakTable;
import io.tokenlane.bench.report.Row;
import java.nio.file.Path;
import java.util.List;

/** Half an hour of everything, and what it leaves behind. */
final class SoakBenchmark implements Benchmark {
  private static final String MINUTES = "--minutes=";
  private static final double WHOLE = 30;
  private static final double QUICK = 1 / 3.0;

  private final Path root;
  private final double minutes;

  /**
   * @param minutes how long; 0 for half an hour, or 20 s if it is to be quick
   */
  SoakBenchmark(Path root, double minutes) {
    this.root = root;
    this.minutes = minutes;
  }

  /**
   * Takes {@code --minutes=N} out of the arguments.
   *
   * @return 0 if it is not there
   * @throws IllegalArgumentException if it is no number over 0
   */
  static double minutes(List<String> arguments) {
    List<String> wanted =
        arguments.stream().filter(argument -> argument.startsWith(MINUTES)).toList();
    arguments.removeAll(wanted);
    return wanted.isEmpty() ? 0 : number(wanted.getLast().substring(MINUTES.length()));
  }

  private static double number(String text) {
    if (!text.matches("\\d{1,4}(\\.\\d{1,3})?") || Double.parseDouble(text) == 0) {
      throw new IllegalArgumentException(MINUTES + text + " (expected: a number over 0)");
    }
    return Double.parseDouble(text);
  }

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    double usual = quick ? QUICK : WHOLE;
    return new SoakTable(root, minutes > 0 ? minutes : usual).rows();
  }
}
