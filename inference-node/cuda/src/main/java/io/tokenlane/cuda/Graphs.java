package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Graphs of steps that came more than once, the most recently used ones. A step's key is its whole
 * list of launches: kernels, grids (which grow with the padded number of rows) and arguments; or
 * what decides it, so that the list need not be written down.
 */
final class Graphs {
  private static final Logger LOG = System.getLogger(Graphs.class.getName());
  private static final int MOST = 64;
  private static final int MOST_SEEN = 4096;
  private static final int MOST_KNOWN = 256;

  private final Driver driver;
  private final LinkedHashMap<Integer, List<Graph>> byHash = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Integer> seen = new HashSet<>();
  private final Map<KnownStep, Graph> known = new LinkedHashMap<>();
  private int count;

  @SuppressWarnings("ArrayRecordComponent") // compared by its list only
  private record Graph(int hash, byte[] content, long handle) {}

  Graphs(Driver driver) {
    this.driver = driver;
  }

  /** Number of graphs that are kept. */
  int count() {
    return count;
  }

  /**
   * Whether a graph is known for such a step.
   *
   * @param step what decides its list
   */
  boolean knows(KnownStep step) {
    return known.containsKey(step);
  }

  /** Runs a step that is known. */
  void again(KnownStep step) {
    Graph graph = Objects.requireNonNull(known.get(step), "step: not known");
    byHash.get(graph.hash); // used just now
    driver.launchGraph(graph.handle);
  }

  /**
   * Runs a step as one graph, if such a step came before.
   *
   * @param enqueue enqueues the list's launches; they are captured
   * @param step what decides the list; null if more does
   * @return false if nothing was done, as the step is the first of its kind, or there is no room
   *     for its graph
   */
  boolean run(LaunchList list, Runnable enqueue, @Nullable KnownStep step) {
    Graph graph = find(list);
    if (graph == null) {
      int hash = list.hash();
      if (seen.size() >= MOST_SEEN) {
        seen.clear();
      }
      if (seen.add(hash)) {
        return false;
      }
      graph = captured(list, hash, enqueue);
      if (graph == null) {
        return false;
      }
    }
    if (step != null) {
      if (known.size() >= MOST_KNOWN) {
        known.clear();
      }
      known.put(step, graph);
    }
    driver.launchGraph(graph.handle);
    return true;
  }

  private @Nullable Graph find(LaunchList list) {
    for (Graph graph : byHash.getOrDefault(list.hash(), List.of())) {
      if (list.isSameAs(graph.content)) {
        return graph;
      }
    }
    return null;
  }

  /** Null where the driver makes no graph of it: graphs take memory of the device's, too. */
  private @Nullable Graph captured(LaunchList list, int hash, Runnable enqueue) {
    if (count == MOST) {
      evict();
    }
    record(driver, enqueue);
    long handle;
    try {
      handle = driver.endCapture();
    } catch (DriverException e) {
      LOG.log(
          Level.WARNING,
          "no graph of a step, which is launched kernel by kernel: {0}",
          e.getMessage());
      if (count > 0) {
        evict();
      }
      seen.remove(hash);
      return null;
    }
    Graph graph = new Graph(hash, list.content(), handle);
    byHash.computeIfAbsent(hash, h -> new ArrayList<>()).add(graph);
    count++;
    return graph;
  }

  /**
   * Records launches as a graph.
   *
   * @param enqueue what to record
   */
  static long capture(Driver driver, Runnable enqueue) {
    record(driver, enqueue);
    return driver.endCapture();
  }

  private static void record(Driver driver, Runnable enqueue) {
    driver.beginCapture();
    try {
      enqueue.run();
    } catch (RuntimeException failed) {
      leaveCapture(driver, failed);
      throw failed;
    }
  }

  /** A stream that stayed in capture would run nothing any more. */
  private static void leaveCapture(Driver driver, RuntimeException failed) {
    try {
      driver.freeGraph(driver.endCapture());
    } catch (RuntimeException also) {
      failed.addSuppressed(also);
    }
  }

  private void evict() {
    Map.Entry<Integer, List<Graph>> eldest = byHash.firstEntry();
    known.values().removeIf(graph -> graph.hash == eldest.getKey());
    eldest.getValue().forEach(graph -> driver.freeGraph(graph.handle));
    count -= eldest.getValue().size();
    byHash.remove(eldest.getKey());
  }

  void close() {
    byHash.values().forEach(graphs -> graphs.forEach(graph -> driver.freeGraph(graph.handle)));
    byHash.clear();
    known.clear();
    count = 0;
  }
}
