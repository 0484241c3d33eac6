package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes down what it is asked for. Its memory is nowhere: addresses are numbers that were given.
 */
final class RecordingDriver implements Driver {
  /** What was enqueued, in order: a kernel's symbol, {@code in}, {@code out}, {@code graph 1}. */
  final List<String> enqueued = new ArrayList<>();

  final Map<Long, Long> held = new HashMap<>();
  final List<Long> livingGraphs = new ArrayList<>();

  /** Kernels that cannot be launched. */
  final List<String> refused = new ArrayList<>();

  /** Milliseconds that each launch of a kernel in a graph takes, by its symbol; else one. */
  final Map<String, Float> takes = new HashMap<>();

  /** Multiprocessors. */
  int processors = 132;

  /** So many of the next graphs find no room. */
  int graphsThatFail;

  private final Map<Long, Float> graphTakes = new HashMap<>();
  private final Map<Long, Float> marks = new HashMap<>();
  private final List<String> functions = new ArrayList<>();
  private final Arena arena = Arena.ofAuto();
  private final long capacity;
  private int[] lastCopiedIn = {};
  private long next = 1 << 20;
  private boolean capturing;
  private float captured;
  private float clock;
  private long graphs;
  int captures;
  boolean closed;

  /**
   * @param capacity bytes of the device
   */
  RecordingDriver(long capacity) {
    this.capacity = capacity;
  }

  /** The ints of the last copy to the device. */
  int[] lastCopiedIn() {
    return lastCopiedIn;
  }

  long heldBytes() {
    return held.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void use() {}

  @Override
  public DeviceFacts device() {
    return new DeviceFacts("recorder", 9, 0, processors, 232_448, capacity, 13000);
  }

  @Override
  public long load(byte[] image) {
    return 1;
  }

  @Override
  public long function(long module, String name) {
    functions.add(name);
    return functions.size();
  }

  @Override
  public void takeShared(long function, int most) {}

  @Override
  public long allocate(long bytes) {
    if (heldBytes() + bytes > capacity) {
      throw new DriverException(
          "cuMemAlloc of %d bytes: CUDA error 2 (expected: 0)".formatted(bytes));
    }
    long address = next;
    next += (bytes + 255) / 256 * 256;
    held.put(address, bytes);
    return address;
  }

  @Override
  public void free(long address) {
    if (held.remove(address) == null) {
      throw new IllegalStateException("free: %d (expected: an allocation)".formatted(address));
    }
  }

  @Override
  public MemorySegment pinned(long bytes) {
    return arena.allocate(bytes, 64);
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    if (bytes % 4 == 0) {
      lastCopiedIn = from.asSlice(0, bytes).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }
    enqueue("in");
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    enqueue("out");
  }

  @Override
  public void copy(long to, long from, long bytes) {
    enqueue("copy");
  }

  @Override
  public void clear(long at, long bytes) {
    enqueue("clear");
  }

  @Override
  public void launch(long function, Grid grid, MemorySegment arguments) {
    String symbol = functions.get((int) function - 1).toLowerCase(Locale.ROOT);
    if (refused.contains(symbol)) {
      throw new DriverException("cuLaunchKernelEx: refused");
    }
    if (capturing) {
      captured += takes.getOrDefault(symbol, 1f);
    } else {
      enqueue(symbol);
    }
  }

  private void enqueue(String what) {
    if (capturing) {
      throw new IllegalStateException(what + ": while launches are captured (expected: none)");
    }
    enqueued.add(what);
  }

  @Override
  public void beginCapture() {
    capturing = true;
    captured = 0;
    captures++;
  }

  @Override
  public long endCapture() {
    capturing = false;
    if (graphsThatFail > 0) {
      graphsThatFail--;
      throw new DriverException("cuGraphInstantiate: CUDA error 2 (expected: 0)");
    }
    livingGraphs.add(++graphs);
    graphTakes.put(graphs, captured);
    return graphs;
  }

  @Override
  public void launchGraph(long graph) {
    if (!livingGraphs.contains(graph)) {
      throw new IllegalStateException("graph: %d (expected: a living one)".formatted(graph));
    }
    clock += graphTakes.getOrDefault(graph, 0f);
    enqueue("graph " + graph);
  }

  @Override
  public void freeGraph(long graph) {
    livingGraphs.remove(graph);
  }

  @Override
  public long event() {
    long event = next++;
    marks.put(event, 0f);
    return event;
  }

  @Override
  public void record(long event) {
    marks.put(event, clock);
  }

  @Override
  public void await(long event) {}

  @Override
  public float millis(long from, long to) {
    return marks.getOrDefault(to, 0f) - marks.getOrDefault(from, 0f);
  }

  @Override
  public long stream() {
    return 0;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    closed = true;
  }
}
