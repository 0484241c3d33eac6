package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.Arena;

/**
 * Projections of steps of many rows by cuBLAS: weights of 16 bits are laid row by row for it, each
 * time anew, as are the rows, whose parts it multiplies one after the other (see {@link Format}),
 * the smallest first. So nothing is rounded that {@code project.cu} does not round; but in which
 * order it adds depends on the number of rows, and so do the last bits of a result.
 */
final class LargeProjections implements AutoCloseable {
  /** Fewest rows of a step that it is worth for. */
  static final int LEAST_ROWS = 256;

  private static final int THREADS = 256;
  private static final int STEPS = 8;

  private final Driver driver;
  private final KernelSet kernels;
  private final Cublas library;
  private final Arena arena = Arena.ofShared();
  private final Arguments arguments = new Arguments(arena);
  private final DeviceMemory.Scratch weights;
  private final DeviceMemory.Scratch rows;
  private final DeviceMemory.Scratch sums;
  private long products;

  @SuppressWarnings("MustBeClosedChecker") // closed with this
  LargeProjections(Driver driver, DeviceMemory memory, KernelSet kernels, Cublas library) {
    this.driver = driver;
    this.kernels = kernels;
    this.library = library;
    weights = memory.new Scratch();
    rows = memory.new Scratch();
    sums = memory.new Scratch();
  }

  /** Whether it is for so many rows of a matrix. */
  static boolean takes(Format format, int count) {
    return count >= LEAST_ROWS && (format == Format.BF16 || format == Format.F16);
  }

  /** Products that were enqueued so far. */
  long products() {
    return products;
  }

  /** Such as {@code cuBLAS 13.0.2}. */
  String description() {
    int version = library.version();
    return "cuBLAS %d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
  }

  /**
   * Enqueues a projection, behind all that was enqueued.
   *
   * @param counts where the batch's counts are
   * @param count rows
   * @param finish where it goes, without anything behind it
   */
  void enqueue(DeviceLinear weight, Ready in, long counts, int count, Finish finish) {
    Format format = weight.format();
    int steps = format.steps(weight.inputs());
    int inputs = steps * format.step();
    int parts = format.parts();
    long partBytes = (long) count * inputs * Short.BYTES;
    long plain = weights.atLeast((long) weight.outputs() * inputs * Short.BYTES);
    long plainRows = rows.atLeast(parts * partBytes);
    long sum = sums.atLeast((long) count * weight.outputs() * Float.BYTES);
    begin(weight.weights(), plain)
        .number(steps)
        .number(weight.outputs())
        .number(weight.paired() ? 1 : 0);
    launch(
        Kernel.PLAIN_WEIGHTS,
        Math.ceilDiv(weight.outputs(), Format.PANEL),
        Math.ceilDiv(steps, STEPS));
    begin(counts, in.numbers()).address(plainRows).number(steps).number(parts);
    launch(Kernel.PLAIN_ROWS, count, parts);
    for (int part = parts - 1; part >= 0; part--) {
      library.enqueue(
          new Cublas.Product(
              plain,
              plainRows + part * partBytes,
              sum,
              weight.outputs(),
              count,
              inputs,
              part < parts - 1,
              format == Format.BF16));
      products++;
    }
    begin(counts, sum)
        .address(format == Format.F16 ? in.scales() : 0)
        .address(weight.bias())
        .address(finish.out())
        .number(weight.outputs())
        .number(finish.add() ? 1 : 0);
    launch(Kernel.PLAIN_SUMS, count, Math.ceilDiv(weight.outputs(), THREADS));
  }

  private Arguments begin(long first, long second) {
    return arguments.begin().address(first).address(second);
  }

  private void launch(Kernel kernel, int x, int y) {
    driver.launch(kernels.function(kernel), new Grid(x, y, kernel.threads()), arguments.block());
  }

  @Override
  public void close() {
    library.close();
    arena.close();
  }
}
