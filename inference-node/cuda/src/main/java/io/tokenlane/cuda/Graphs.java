package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Graphs of steps that came more than once, the most recently used ones. A step's key is its whole
 * list of launches: kernels, grids (which grow with the padded number of rows) and arguments.
 */
final class Graphs {
  private static final int MOST = 64;
  private static final int MOST_SEEN = 4096;

  private final Driver driver;
  private final LinkedHashMap<Integer, List<Graph>> byHash = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Integer> seen = new HashSet<>();
  private int count;

  @SuppressWarnings("ArrayRecordComponent") // compared by its list only
  private record Graph(byte[] content, long handle) {}

  Graphs(Driver driver) {
    this.driver = driver;
  }

  /** Number of graphs that are kept. */
  int count() {
    return count;
  }

  /**
   * Runs a step as one graph, if such a step came before.
   *
   * @param enqueue enqueues the list's launches; they are captured
   * @return false if nothing was done, as the step is the first of its kind
   */
  boolean run(LaunchList list, Runnable enqueue) {
    int hash = list.hash();
    List<Graph> graphs = byHash.get(hash);
    if (graphs != null) {
      for (Graph graph : graphs) {
        if (list.isSameAs(graph.content)) {
          driver.launchGraph(graph.handle);
          return true;
        }
      }
    }
    if (seen.size() >= MOST_SEEN) {
      seen.clear();
    }
    if (seen.add(hash)) {
      return false;
    }
    driver.launchGraph(capture(list, hash, enqueue));
    return true;
  }

  private long capture(LaunchList list, int hash, Runnable enqueue) {
    if (count == MOST) {
      evict();
    }
    driver.beginCapture();
    try {
      enqueue.run();
    } catch (RuntimeException failed) {
      leaveCapture(failed);
      throw failed;
    }
    long handle = driver.endCapture();
    byHash.computeIfAbsent(hash, h -> new ArrayList<>()).add(new Graph(list.content(), handle));
    count++;
    return handle;
  }

  /** A stream that stayed in capture would run nothing any more. */
  private void leaveCapture(RuntimeException failed) {
    try {
      driver.freeGraph(driver.endCapture());
    } catch (RuntimeException also) {
      failed.addSuppressed(also);
    }
  }

  private void evict() {
    Map.Entry<Integer, List<Graph>> eldest = byHash.firstEntry();
    eldest.getValue().forEach(graph -> driver.freeGraph(graph.handle));
    count -= eldest.getValue().size();
    byHash.remove(eldest.getKey());
  }

  void close() {
    byHash.values().forEach(graphs -> graphs.forEach(graph -> driver.freeGraph(graph.handle)));
    byHash.clear();
    count = 0;
  }
}
