package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.Arena;

/** Fills device memory with random numbers, as {@code random.cu} makes them. */
final class RandomFill {
  private static final int BLOCKS = 2048;
  private static final int SCALES = 4;

  private final Driver driver;
  private final KernelSet kernels;
  private int seed = 1;

  RandomFill(Driver driver, KernelSet kernels) {
    this.driver = driver;
    this.kernels = kernels;
  }

  /**
   * Fills a matrix.
   *
   * @param largest of its numbers
   */
  void weights(Format format, long address, long bytes, float largest) {
    int kind =
        switch (format) {
          case F32 -> 0;
          case BF16 -> 1;
          case F16 -> 2;
          case INT8 -> 3;
        };
    fill(address, bytes, kind, largest);
  }

  /** Fills a matrix's scales with one number. */
  void scales(long address, long bytes, float scale) {
    fill(address, bytes, SCALES, scale);
  }

  private void fill(long address, long bytes, int kind, float scale) {
    try (Arena arena = Arena.ofConfined()) {
      Arguments arguments = new Arguments(arena);
      arguments.begin().address(address).address(bytes / Integer.BYTES);
      arguments.number(seed++).number(kind).number(scale);
      driver.launch(
          kernels.function(Kernel.FILL_RANDOM),
          new Grid(BLOCKS, 1, Kernel.FILL_RANDOM.threads()),
          arguments.block());
    }
  }
}
