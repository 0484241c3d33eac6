package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Driver;
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
 * A device whose kernels are the same sources, compiled for the CPU. Memory is the host's, filled
 * with garbage when it is allocated and fenced: {@link #free} and {@link #close} find writes beyond
 * an allocation's end. Threads take turns in an order that is chosen, so that a race can show.
 */
final class EmulatedDriver implements Driver {
  private static final int FENCE = 512;

  /** Multiprocessors by order: projections choose their tiles by them. */
  private static final int[] PROCESSORS = {1, 3, 1000};

  /** Shared memory of a block: that of the smallest devices, an A100's, and an H200's. */
  private static final int[] SHARED = {101_376, 166_912, 232_448};

  /** Most threads of a block, but where a kernel counts on more. */
  private static final int THREADS = 256;

  private static final int SPREAD = 7919;
  private static final int TIMES = 13;
  private static final byte GARBAGE = (byte) 0xff;

  private final Arena arena = Arena.ofShared();
  private final KernelLibrary library = KernelLibrary.get();
  private final int order;
  private final Map<Long, MemorySegment> allocations = new HashMap<>();
  private final List<List<Runnable>> graphs = new ArrayList<>();
  private final List<Kernel> functions = new ArrayList<>();
  private List<Runnable> captured = new ArrayList<>();
  private boolean capturing;
  private long graphLaunches;

  /**
   * @param order 0 threads upwards, 1 downwards, 2 mixed
   */
  EmulatedDriver(int order) {
    this.order = order;
  }

  /** Graphs launched. */
  long graphLaunches() {
    return graphLaunches;
  }

  @Override
  public void use() {}

  @Override
  public DeviceFacts device() {
    return new DeviceFacts(
        "emulated device", 9, 0, PROCESSORS[order], SHARED[order], 1L << 30, 13000);
  }

  @Override
  public long load(byte[] image) {
    return 1;
  }

  @Override
  public long function(long module, String name) {
    functions.add(Kernel.valueOf(name.toUpperCase(Locale.ROOT)));
    return functions.size();
  }

  @Override
  public void takeShared(long function, int most) {}

  @Override
  public long allocate(long bytes) {
    MemorySegment memory = Arena.ofAuto().allocate(bytes + 2 * FENCE, 256);
    memory.fill(GARBAGE);
    long address = memory.address() + FENCE;
    allocations.put(address, memory);
    return address;
  }

  @Override
  public void free(long address) {
    MemorySegment memory = allocations.remove(address);
    if (memory == null) {
      throw new IllegalStateException("free: %d (expected: an allocation)".formatted(address));
    }
    checkFences(memory);
  }

  private static void checkFences(MemorySegment memory) {
    for (long i = 0; i < FENCE; i++) {
      long end = memory.byteSize() - 1 - i;
      if (memory.get(ValueLayout.JAVA_BYTE, i) != GARBAGE
          || memory.get(ValueLayout.JAVA_BYTE, end) != GARBAGE) {
        throw new IllegalStateException("a kernel wrote beyond an allocation");
      }
    }
  }

  @Override
  public MemorySegment pinned(long bytes) {
    return arena.allocate(bytes, 64);
  }

  @SuppressWarnings("restricted") // memory that this allocated
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private void run(Runnable work) {
    if (capturing) {
      captured.add(work);
    } else {
      work.run();
    }
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    run(() -> MemorySegment.copy(from, 0, at(to, bytes), 0, bytes));
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    run(() -> MemorySegment.copy(at(from, bytes), 0, to, 0, bytes));
  }

  @Override
  public void copy(long to, long from, long bytes) {
    run(() -> MemorySegment.copy(at(from, bytes), 0, at(to, bytes), 0, bytes));
  }

  @Override
  public void clear(long at, long bytes) {
    run(() -> at(at, bytes).fill((byte) 0));
  }

  @Override
  public void launch(long function, Grid grid, MemorySegment arguments) {
    Kernel kernel = functions.get((int) function - 1);
    MemorySegment block = arena.allocate(arguments.byteSize(), 8).copyFrom(arguments);
    // Kernels of so many threads take any number of them; fewer change places faster. In which
    // order
    // norms add up depends on it.
    boolean all = kernel == Kernel.SAMPLE || kernel.family().equals("pack");
    Grid emulated =
        all
            ? grid
            : new Grid(grid.x(), grid.y(), Math.min(grid.threads(), THREADS), grid.sharedBytes());
    run(() -> library.launch(kernel, emulated, block, order));
  }

  @Override
  public void beginCapture() {
    capturing = true;
    captured = new ArrayList<>();
  }

  @Override
  public long endCapture() {
    capturing = false;
    graphs.add(captured);
    return graphs.size();
  }

  @Override
  public void launchGraph(long graph) {
    graphLaunches++;
    graphs.get((int) graph - 1).forEach(Runnable::run);
  }

  @Override
  public void freeGraph(long graph) {
    graphs.get((int) graph - 1).clear();
  }

  @Override
  public long event() {
    return 1;
  }

  @Override
  public void record(long event) {}

  @Override
  public void await(long event) {}

  /** Any: so tiles that are tried win by chance. */
  @Override
  public float millis(long from, long to) {
    return 1 + graphLaunches * SPREAD % TIMES;
  }

  @Override
  public long stream() {
    return 0;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    allocations.values().forEach(EmulatedDriver::checkFences);
    arena.close();
  }
}
