package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Enqueues what was written down: as a graph if such a list came before, else kernel by kernel; or,
 * without a list, a step that is known.
 */
final class ListRunner {
  private final Driver driver;
  private final KernelSet kernels;
  private final LaunchList list;
  private final Calls calls;
  private final @Nullable TileTuner tuner;
  private final Graphs graphs;
  private @Nullable Consumer<LaunchList> watcher;
  private long graphLaunches;
  private long kernelLaunches;

  /**
   * @param calls writes the list
   * @param tuner finds the fastest tiles; null to choose them by rule
   */
  ListRunner(
      Driver driver, KernelSet kernels, LaunchList list, Calls calls, @Nullable TileTuner tuner) {
    this.driver = driver;
    this.kernels = kernels;
    this.list = list;
    this.calls = calls;
    this.tuner = tuner;
    graphs = new Graphs(driver);
    choose(null);
  }

  /** Graphs launched so far. */
  long graphLaunches() {
    return graphLaunches;
  }

  /** Kernels launched one by one so far. */
  long kernelLaunches() {
    return kernelLaunches;
  }

  /** Has lists told once they are enqueued; null for nobody. */
  void watch(@Nullable Consumer<LaunchList> by) {
    watcher = by;
  }

  /** How projections choose their tiles from the next step on; null for as they do anyway. */
  void choose(Tile.@Nullable Choice tiles) {
    Tile.Choice anyway = tuner == null ? Tile::of : tuner;
    calls.choose(tiles == null ? anyway : tiles);
  }

  /**
   * Enqueues the list and clears it.
   *
   * @param rows padded
   * @param step what decides the list; null if more does
   */
  void run(int rows, @Nullable KnownStep step) {
    try {
      enqueue(rows, step);
    } finally {
      calls.clear(); // what failed is not for the next step
    }
  }

  private void enqueue(int rows, @Nullable KnownStep step) {
    if (tuner != null && tuner.tune(list, calls.projections())) {
      choose(null);
    }
    if (rows <= Buckets.MOST && graphs.run(list, this::enqueue, step)) {
      graphLaunches++;
    } else {
      enqueue();
      kernelLaunches += list.size();
    }
    if (watcher != null) {
      watcher.accept(list);
    }
  }

  /** Whether a step can be run without its list. */
  boolean knows(KnownStep step) {
    return watcher == null && graphs.knows(step);
  }

  /** Enqueues a step that is known. */
  void again(KnownStep step) {
    graphs.again(step);
    graphLaunches++;
  }

  private void enqueue() {
    list.each((kernel, grid, block) -> driver.launch(kernels.function(kernel), grid, block));
  }

  void close() {
    graphs.close();
  }
}
