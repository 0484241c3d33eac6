package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DriverException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Products of matrices by the cuBLAS of the machine's CUDA installation (cuBLAS documentation,
 * cublasGemmEx), on one stream. Which algorithm it takes, and so in which order it adds, depends on
 * the matrices' sizes. It keeps some device memory of its own.
 */
final class Cublas implements AutoCloseable {
  static final String LIBRARY = "libcublas.so.13";

  private static final String BESIDE = "libcublasLt.so.13";
  private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final int TRANSPOSED = 1;
  private static final int AS_IT_IS = 0;
  private static final int FLOAT32 = 0;
  private static final int FLOAT16 = 2;
  private static final int BFLOAT16 = 14;
  private static final int COMPUTE_FLOAT32 = 68;
  private static final int ANY_ALGORITHM = -1;

  /** Partial sums are added in float32 too. */
  private static final int NO_REDUCED_PRECISION = 16;

  private final Arena arena;
  private final MethodHandle product;
  private final MethodHandle destroy;
  private final MemorySegment handle;
  private final MemorySegment one;
  private final MemorySegment zero;
  private final int version;

  /**
   * Starts it on a stream of the calling thread's context.
   *
   * @param stream the driver's handle
   * @throws DriverException if it refuses
   * @throws NoSuchElementException if the library lacks a function
   */
  private Cublas(SymbolLookup library, Arena arena, long stream) {
    this.arena = arena;
    MethodHandle create = find(library, "cublasCreate_v2", ADDRESS);
    MethodHandle setStream = find(library, "cublasSetStream_v2", ADDRESS, ADDRESS);
    MethodHandle setMode = find(library, "cublasSetMathMode", ADDRESS, INT);
    MethodHandle getVersion = find(library, "cublasGetVersion_v2", ADDRESS, ADDRESS);
    destroy = find(library, "cublasDestroy_v2", ADDRESS);
    product =
        find(
            library,
            "cublasGemmEx",
            ADDRESS,
            INT,
            INT,
            INT,
            INT,
            INT,
            ADDRESS,
            ADDRESS,
            INT,
            INT,
            ADDRESS,
            INT,
            INT,
            ADDRESS,
            ADDRESS,
            INT,
            INT,
            INT,
            INT);
    one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f);
    zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0f);
    MemorySegment place = arena.allocate(ADDRESS);
    call("cublasCreate", create, place);
    handle = place.get(ADDRESS, 0);
    call("cublasSetStream", setStream, handle, MemorySegment.ofAddress(stream));
    call("cublasSetMathMode", setMode, handle, NO_REDUCED_PRECISION);
    MemorySegment number = arena.allocate(INT);
    call("cublasGetVersion", getVersion, handle, number);
    version = number.get(INT, 0);
  }

  /** Starts the machine's, on the stream of a context that is the calling thread's. */
  @SuppressWarnings("MustBeClosedChecker") // closed with what is given, or here
  static Opened open(long stream) {
    Arena arena = Arena.ofShared();
    String why = "no " + LIBRARY;
    try {
      Optional<SymbolLookup> library = Libraries.open(LIBRARY, arena, BESIDE);
      if (library.isPresent()) {
        return new Opened(Optional.of(new Cublas(library.get(), arena, stream)), "");
      }
    } catch (DriverException | NoSuchElementException | LinkageError e) {
      why = String.valueOf(e.getMessage());
    }
    arena.close();
    return new Opened(Optional.empty(), why);
  }

  /**
   * What came of starting it.
   *
   * @param why why there is none; empty if there is one
   */
  record Opened(Optional<Cublas> library, String why) {}

  @SuppressWarnings("restricted") // a library of CUDA
  private static MethodHandle find(SymbolLookup library, String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(INT, arguments));
  }

  private static void call(String name, MethodHandle function, Object... arguments) {
    int status;
    try {
      status = (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name + ": " + e, e);
    }
    check(name, status);
  }

  private static void check(String name, int status) {
    if (status != 0) {
      throw new DriverException("%s: cuBLAS status %d (expected: 0)".formatted(name, status));
    }
  }

  /** Such as 130002 for 13.0.2. */
  int version() {
    return version;
  }

  /**
   * A product to enqueue: {@code sums[row][output] = rows · weightsᵀ}, or += that; both of 16-bit
   * numbers, the sums of float32, all row-major and on the device.
   *
   * @param add whether to add to what is there
   * @param brain whether the numbers are bfloat16, rather than binary16
   */
  record Product(
      long weights,
      long rows,
      long sums,
      int outputs,
      int rowCount,
      int inputs,
      boolean add,
      boolean brain) {}

  void enqueue(Product wanted) {
    int type = wanted.brain ? BFLOAT16 : FLOAT16;
    MemorySegment before = wanted.add ? one : zero;
    int status;
    try {
      // Its matrices are column-major: what is transposed there is row-major here.
      status =
          (int)
              product.invokeExact(
                  handle,
                  TRANSPOSED,
                  AS_IT_IS,
                  wanted.outputs,
                  wanted.rowCount,
                  wanted.inputs,
                  one,
                  MemorySegment.ofAddress(wanted.weights),
                  type,
                  wanted.inputs,
                  MemorySegment.ofAddress(wanted.rows),
                  type,
                  wanted.inputs,
                  before,
                  MemorySegment.ofAddress(wanted.sums),
                  FLOAT32,
                  wanted.outputs,
                  COMPUTE_FLOAT32,
                  ANY_ALGORITHM);
    } catch (Throwable e) {
      throw new IllegalStateException("cublasGemmEx: " + e, e);
    }
    check("cublasGemmEx", status);
  }

  @Override
  public void close() {
    call("cublasDestroy", destroy, handle);
    arena.close();
  }
}
