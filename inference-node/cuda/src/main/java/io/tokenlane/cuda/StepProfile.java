package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a step's time goes: its launches by kernel and size, each kind alone as a graph. The kinds
 * add up to more than a step, as in a step the end of a launch overlaps with the next one. What a
 * step writes is no step's result any more afterwards.
 */
final class StepProfile {
  private static final int WARM_UP = 2;
  private static final int ROUNDS = 7;

  /** Launches of a graph at least, so that its own launch does not count. */
  private static final int LEAST = 8;

  private static final double MICROS = 1000;

  /** Where {@code ProjectArgs} has the steps of a row, and behind them the outputs. */
  private static final int STEPS_AT = 208;

  private final Driver driver;
  private final KernelSet kernels;
  private final long begin;
  private final long end;

  StepProfile(Driver driver, KernelSet kernels) {
    this.driver = driver;
    this.kernels = kernels;
    begin = driver.event();
    end = driver.event();
  }

  private record Launch(Kernel kernel, Grid grid, MemorySegment arguments) {
    private int number(int at) {
      return arguments.get(ValueLayout.JAVA_INT_UNALIGNED, at);
    }

    private boolean projects() {
      return kernel.family().equals(Tile.FAMILY);
    }

    private Format format() {
      return Arrays.stream(Format.values())
          .filter(format -> kernel.name().startsWith("PROJECT_" + format))
          .findFirst()
          .orElseThrow();
    }

    String kind() {
      if (!projects()) {
        return kernel.symbol();
      }
      int inputs = number(STEPS_AT) * format().step();
      return "%s, %d x %d".formatted(kernel.symbol(), number(STEPS_AT + Integer.BYTES), inputs);
    }

    long weightBytes() {
      if (!projects()) {
        return 0;
      }
      int inputs = number(STEPS_AT) * format().step();
      int outputs = number(STEPS_AT + Integer.BYTES);
      return format().weightBytes(outputs, inputs) + format().scaleBytes(outputs, inputs);
    }
  }

  /**
   * Times kinds of launches of a list, in the order in which they first come.
   *
   * @param projections whether to leave out all other kinds
   */
  List<KernelTime> of(LaunchList list, boolean projections) {
    Map<String, List<Launch>> kinds = new LinkedHashMap<>();
    list.each(
        (kernel, grid, arguments) -> {
          byte[] copied = arguments.toArray(ValueLayout.JAVA_BYTE);
          Launch launch = new Launch(kernel, grid, MemorySegment.ofArray(copied));
          if (!projections || launch.projects()) {
            kinds.computeIfAbsent(launch.kind(), kind -> new ArrayList<>()).add(launch);
          }
        });
    List<KernelTime> times = new ArrayList<>();
    kinds.forEach(
        (kind, launches) -> {
          long bytes = launches.getFirst().weightBytes();
          times.add(new KernelTime(kind, launches.size(), time(launches), bytes));
        });
    return times;
  }

  private double time(List<Launch> launches) {
    int times = Math.ceilDiv(LEAST, launches.size());
    driver.beginCapture();
    for (int i = 0; i < times; i++) {
      for (Launch launch : launches) {
        driver.launch(kernels.function(launch.kernel), launch.grid, launch.arguments);
      }
    }
    long graph = driver.endCapture();
    double[] micros = new double[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      driver.record(begin);
      driver.launchGraph(graph);
      driver.record(end);
      driver.await(end);
      if (round >= 0) {
        micros[round] = driver.millis(begin, end) * MICROS / times / launches.size();
      }
    }
    driver.freeGraph(graph);
    Arrays.sort(micros);
    return micros[ROUNDS / 2];
  }
}
