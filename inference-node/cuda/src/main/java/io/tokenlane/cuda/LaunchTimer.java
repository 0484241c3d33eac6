package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.Arrays;
import java.util.List;

/** Times launches as a graph. What they write is no step's result any more afterwards. */
final class LaunchTimer {
  private static final double MICROS = 1000;

  private final Driver driver;
  private final KernelSet kernels;
  private final int rounds;
  private final long begin;
  private final long end;

  /**
   * @param rounds of which the median counts; a first one warms up
   */
  LaunchTimer(Driver driver, KernelSet kernels, int rounds) {
    this.driver = driver;
    this.kernels = kernels;
    this.rounds = rounds;
    begin = driver.event();
    end = driver.event();
  }

  /**
   * Times launches, one behind another as often as is asked for.
   *
   * @return microseconds of a launch
   */
  double micros(List<Launch> launches, int times) {
    long graph = Graphs.capture(driver, () -> enqueue(launches, times));
    try {
      return micros(graph) / times / launches.size();
    } finally {
      driver.freeGraph(graph);
    }
  }

  private void enqueue(List<Launch> launches, int times) {
    for (int i = 0; i < times; i++) {
      for (Launch launch : launches) {
        driver.launch(kernels.function(launch.kernel()), launch.grid(), launch.arguments());
      }
    }
  }

  private double micros(long graph) {
    double[] micros = new double[rounds];
    driver.launchGraph(graph);
    for (int round = 0; round < rounds; round++) {
      driver.record(begin);
      driver.launchGraph(graph);
      driver.record(end);
      driver.await(end);
      micros[round] = driver.millis(begin, end) * MICROS;
    }
    Arrays.sort(micros);
    return micros[rounds / 2];
  }
}
