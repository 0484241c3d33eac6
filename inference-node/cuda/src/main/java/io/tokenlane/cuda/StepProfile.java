package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a step's time goes: its launches by kernel and size, each kind alone as a graph. The kinds
 * add up to more than a step, as in a step the end of a launch overlaps with the next one. What a
 * step writes is no step's result any more afterwards.
 */
final class StepProfile {
  private static final int ROUNDS = 7;

  /** Launches of a graph at least, so that its own launch does not count. */
  private static final int LEAST = 8;

  private final LaunchTimer timer;

  StepProfile(Driver driver, KernelSet kernels) {
    timer = new LaunchTimer(driver, kernels, ROUNDS);
  }

  private static String kind(Launch launch) {
    String symbol = launch.kernel().symbol();
    return launch.projects()
        ? "%s, %d x %d".formatted(symbol, launch.outputs(), launch.inputs())
        : symbol;
  }

  /**
   * Times kinds of launches of a list, in the order in which they first come.
   *
   * @param projections whether to leave out all other kinds
   */
  List<KernelTime> of(LaunchList list, boolean projections) {
    Map<String, List<Launch>> kinds = new LinkedHashMap<>();
    for (Launch launch : Launch.of(list)) {
      if (!projections || launch.projects()) {
        kinds.computeIfAbsent(kind(launch), kind -> new ArrayList<>()).add(launch);
      }
    }
    List<KernelTime> times = new ArrayList<>();
    kinds.forEach(
        (kind, launches) -> {
          double micros = timer.micros(launches, Math.ceilDiv(LEAST, launches.size()));
          long bytes = launches.getFirst().weightBytes();
          times.add(new KernelTime(kind, launches.size(), micros, bytes));
        });
    return times;
  }
}
