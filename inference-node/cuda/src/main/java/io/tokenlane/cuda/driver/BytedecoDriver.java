package io.tokenlane.cuda.driver;

import static io.tokenlane.cuda.driver.Codes.check;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuInit;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernelEx;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemAllocHost;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUlaunchAttribute;
import org.bytedeco.cuda.cudart.CUlaunchConfig;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The first device, through Bytedeco's CUDA presets. It calls the driver functions imported above
 * and no others: all of them are in every driver of CUDA 13, while some that the presets name end
 * the process where an older library lacks them.
 *
 * <p>Where the device can, a kernel may come onto it before the one that it depends on has ended:
 * kernels wait themselves ({@code common.cuh}). Captured launches keep that as edges of the graph.
 *
 * <p>Steps allocate nothing: launches go through one block of arguments and one reused pointer.
 */
public final class BytedecoDriver implements Driver {
  private static final int MULTIPROCESSORS = 16;
  private static final int SHARED_OF_A_BLOCK = 97;
  private static final int MAJOR = 75;
  private static final int MINOR = 76;
  private static final int MOST_ARGUMENTS = 1024;

  /** Work on the stream waits for none on the default stream. */
  private static final int NON_BLOCKING = 1;

  /** While a stream is captured, other threads may do what they want. */
  private static final int THREAD_LOCAL = 1;

  /** {@code CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION}. */
  private static final int MAY_BEGIN_EARLY = 6;

  /** Major compute capability from which on kernels may begin before those they depend on end. */
  private static final int OVERLAPPING = 9;

  /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}. */
  private static final int MOST_SHARED = 8;

  /** {@code CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT}, in percent. */
  private static final int SHARED_CARVEOUT = 9;

  private static final int ALL = 100;

  /** Words that say how a launch's arguments are passed: as one block. */
  private static final long BUFFER_POINTER = 1;

  private static final long BUFFER_SIZE = 2;

  private final DeviceFacts facts;
  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  private final BytePointer arguments = new BytePointer(MOST_ARGUMENTS);
  private final SizeTPointer argumentBytes = new SizeTPointer(1);
  private final PointerPointer<Pointer> extra = new PointerPointer<>(5);
  private final PointerPointer<Pointer> none = new PointerPointer<>();
  private final CUlaunchConfig early = new CUlaunchConfig(1);
  private final CUlaunchAttribute earlyAttribute = new CUlaunchAttribute(1);
  private final MemorySegment argumentMemory;
  private final Place place = new Place();

  /** By handle less one. */
  private final List<CUmod_st> modules = new ArrayList<>();

  private final List<CUfunc_st> functions = new ArrayList<>();
  private final List<CUevent_st> events = new ArrayList<>();
  private final List<Long> pinned = new ArrayList<>();

  /** By handle: others than modules come and go. */
  private final Map<Long, CUgraphExec_st> graphs = new HashMap<>();

  private long lastGraph;

  /** A pointer to wherever it is set; never freed. */
  private static final class Place extends Pointer {
    Place at(long where) {
      address = where;
      return this;
    }
  }

  /**
   * Starts on the first device; its context belongs to the calling thread from then on.
   *
   * @throws DriverException if there is none
   */
  @SuppressWarnings("restricted") // a view of memory that JavaCPP allocated
  public BytedecoDriver() {
    check("cuInit", cuInit(0));
    int[] number = new int[1];
    check("cuDeviceGetCount", cuDeviceGetCount(number));
    if (number[0] == 0) {
      throw new DriverException("devices: 0 (expected: at least 1)");
    }
    check("cuDeviceGet", cuDeviceGet(number, 0));
    int device = number[0];
    facts = describe(device);
    check("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain(context, device));
    check("cuCtxSetCurrent", cuCtxSetCurrent(context));
    check("cuStreamCreate", cuStreamCreate(stream, NON_BLOCKING));
    argumentMemory = MemorySegment.ofAddress(arguments.address()).reinterpret(MOST_ARGUMENTS);
    extra.put(0, new Place().at(BUFFER_POINTER));
    extra.put(1, arguments);
    extra.put(2, new Place().at(BUFFER_SIZE));
    extra.put(3, argumentBytes);
    extra.put(4, new Place().at(0));
    earlyAttribute.id(MAY_BEGIN_EARLY).value().programmaticStreamSerializationAllowed(1);
    early.gridDimZ(1).blockDimY(1).blockDimZ(1).hStream(stream);
    early.attrs(earlyAttribute).numAttrs(1);
  }

  private static DeviceFacts describe(int device) {
    int[] version = new int[1];
    check("cuDriverGetVersion", cuDriverGetVersion(version));
    byte[] name = new byte[256];
    check("cuDeviceGetName", cuDeviceGetName(name, name.length, device));
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    try (SizeTPointer bytes = new SizeTPointer(1)) {
      check("cuDeviceTotalMem", cuDeviceTotalMem(bytes, device));
      return new DeviceFacts(
          new String(name, 0, length, StandardCharsets.UTF_8),
          attribute(MAJOR, device),
          attribute(MINOR, device),
          attribute(MULTIPROCESSORS, device),
          attribute(SHARED_OF_A_BLOCK, device),
          bytes.get(),
          version[0]);
    }
  }

  private static int attribute(int which, int device) {
    int[] value = new int[1];
    check("cuDeviceGetAttribute", cuDeviceGetAttribute(value, which, device));
    return value[0];
  }

  @Override
  public void use() {
    check("cuCtxSetCurrent", cuCtxSetCurrent(context));
  }

  @Override
  public DeviceFacts device() {
    return facts;
  }

  @Override
  public long load(byte[] image) {
    CUmod_st module = new CUmod_st();
    try (BytePointer bytes = new BytePointer(image)) {
      check("cuModuleLoadData", cuModuleLoadData(module, bytes));
    }
    modules.add(module);
    return modules.size();
  }

  @Override
  public long function(long module, String name) {
    CUfunc_st function = new CUfunc_st();
    check(
        "cuModuleGetFunction " + name,
        cuModuleGetFunction(function, modules.get((int) module - 1), name));
    // The same for all kernels: a multiprocessor that divides its memory anew runs nothing
    // meanwhile.
    check("cuFuncSetAttribute " + name, cuFuncSetAttribute(function, SHARED_CARVEOUT, ALL));
    functions.add(function);
    return functions.size();
  }

  @Override
  public void takeShared(long function, int most) {
    CUfunc_st kernel = functions.get((int) function - 1);
    check("cuFuncSetAttribute", cuFuncSetAttribute(kernel, MOST_SHARED, most));
  }

  @Override
  public long allocate(long bytes) {
    long[] address = new long[1];
    check("cuMemAlloc of %d bytes".formatted(bytes), cuMemAlloc(address, bytes));
    return address[0];
  }

  @Override
  public void free(long address) {
    synchronize(); // cuMemFree usually waits, but is not documented to
    check("cuMemFree", cuMemFree(address));
  }

  @Override
  @SuppressWarnings("restricted") // a view of memory that the driver allocated
  public MemorySegment pinned(long bytes) {
    try (PointerPointer<Pointer> address = new PointerPointer<>(1)) {
      check("cuMemAllocHost of %d bytes".formatted(bytes), cuMemAllocHost(address, bytes));
      long where = address.get(0).address();
      pinned.add(where);
      return MemorySegment.ofAddress(where).reinterpret(bytes);
    }
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    check("cuMemcpyHtoDAsync", cuMemcpyHtoDAsync(to, place.at(from.address()), bytes, stream));
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    check("cuMemcpyDtoHAsync", cuMemcpyDtoHAsync(place.at(to.address()), from, bytes, stream));
  }

  @Override
  public void copy(long to, long from, long bytes) {
    check("cuMemcpyDtoDAsync", cuMemcpyDtoDAsync(to, from, bytes, stream));
  }

  @Override
  public void clear(long at, long bytes) {
    check("cuMemsetD8Async", cuMemsetD8Async(at, (byte) 0, bytes, stream));
  }

  @Override
  public void launch(long function, Grid grid, MemorySegment block) {
    MemorySegment.copy(block, 0, argumentMemory, 0, block.byteSize());
    argumentBytes.put(block.byteSize());
    CUfunc_st kernel = functions.get((int) function - 1);
    if (facts.major() >= OVERLAPPING) {
      early.gridDimX(grid.x()).gridDimY(grid.y()).blockDimX(grid.threads());
      early.sharedMemBytes(grid.sharedBytes());
      check("cuLaunchKernelEx", cuLaunchKernelEx(early, kernel, none, extra));
      return;
    }
    int threads = grid.threads();
    int shared = grid.sharedBytes();
    int code =
        cuLaunchKernel(kernel, grid.x(), grid.y(), 1, threads, 1, 1, shared, stream, none, extra);
    check("cuLaunchKernel", code);
  }

  @Override
  public void beginCapture() {
    check("cuStreamBeginCapture", cuStreamBeginCapture(stream, THREAD_LOCAL));
  }

  @Override
  public long endCapture() {
    CUgraph_st graph = new CUgraph_st();
    check("cuStreamEndCapture", cuStreamEndCapture(stream, graph));
    CUgraphExec_st executable = new CUgraphExec_st();
    int instantiated = cuGraphInstantiate(executable, graph, 0);
    int destroyed = cuGraphDestroy(graph);
    check("cuGraphInstantiate", instantiated);
    check("cuGraphDestroy", destroyed);
    graphs.put(++lastGraph, executable);
    return lastGraph;
  }

  @Override
  public void launchGraph(long graph) {
    check("cuGraphLaunch", cuGraphLaunch(living(graph), stream));
  }

  @Override
  public void freeGraph(long graph) {
    check("cuGraphExecDestroy", cuGraphExecDestroy(living(graph)));
    graphs.remove(graph);
  }

  private CUgraphExec_st living(long graph) {
    CUgraphExec_st executable = graphs.get(graph);
    if (executable == null) {
      throw new DriverException("graph: %d (expected: one that is not freed)".formatted(graph));
    }
    return executable;
  }

  @Override
  public long event() {
    CUevent_st event = new CUevent_st();
    check("cuEventCreate", cuEventCreate(event, 0));
    events.add(event);
    return events.size();
  }

  @Override
  public void record(long event) {
    check("cuEventRecord", cuEventRecord(events.get((int) event - 1), stream));
  }

  @Override
  public void await(long event) {
    check("cuEventSynchronize", cuEventSynchronize(events.get((int) event - 1)));
  }

  @Override
  public float millis(long from, long to) {
    float[] millis = new float[1];
    CUevent_st begin = events.get((int) from - 1);
    check("cuEventElapsedTime", cuEventElapsedTime(millis, begin, events.get((int) to - 1)));
    return millis[0];
  }

  @Override
  public long stream() {
    return stream.address();
  }

  @Override
  public void synchronize() {
    check("cuStreamSynchronize", cuStreamSynchronize(stream));
  }

  /**
   * Waits, and gives back all but device memory, which its owners free, and the context: it is the
   * process's, and takes long to make anew. What fails here is not told, since after an error of
   * the device everything does; the process's end gives the rest back.
   */
  @Override
  public void close() {
    attempt(() -> cuStreamSynchronize(stream));
    graphs.values().forEach(graph -> attempt(() -> cuGraphExecDestroy(graph)));
    events.forEach(event -> attempt(() -> cuEventDestroy(event)));
    modules.forEach(module -> attempt(() -> cuModuleUnload(module)));
    pinned.forEach(where -> attempt(() -> cuMemFreeHost(place.at(where))));
    attempt(() -> cuStreamDestroy(stream));
    graphs.clear();
    events.clear();
    modules.clear();
    pinned.clear();
    List.of(arguments, argumentBytes, extra, early, earlyAttribute).forEach(Pointer::deallocate);
  }

  @SuppressWarnings("CheckReturnValue")
  private static void attempt(IntSupplier call) {
    call.getAsInt();
  }
}
