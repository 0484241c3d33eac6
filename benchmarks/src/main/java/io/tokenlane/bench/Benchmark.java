package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.util.List;

/** A whole-system benchmark. */
interface Benchmark {

  /** Its name on the command line. */
  String name();

  /**
   * Measures.
   *
   * @param quick whether to end within a minute, at the price of precision
   */
  List<Row> run(boolean quick) throws Exception;
}
