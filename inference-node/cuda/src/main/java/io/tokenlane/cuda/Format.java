package io.tokenlane.cuda;

/**
 * How a matrix lies on the device and what it is multiplied with: the formats of {@code project.cu}
 * and {@code pack.cu}.
 */
enum Format {
  /** Float32 with float32, for checkpoints that are not meant for a device. */
  F32(Kernel.PACK_F32, 1, 4, 1, 4),
  /** bfloat16 with three of them that add up to a float32. */
  BF16(Kernel.PACK_BF16, 16, 2, 3, 2),
  /** binary16 with two of them and a power of two for a row. */
  F16(Kernel.PACK_F16, 16, 2, 2, 2),
  /** Bytes with bytes, in groups of 32 that share a scale. */
  INT8(Kernel.PACK_INT8, 32, 1, 1, 1);

  /** Outputs of a panel of weights. */
  static final int PANEL = 16;

  /** Rows of a tile. */
  static final int TILE = 8;

  /** Neighbours of a row that a kernel rounds together: what must divide gated rows' width. */
  private static final int ROUNDED_TOGETHER = 32;

  private final Kernel pack;
  private final int step;
  private final int weightBytes;
  private final int parts;
  private final int partBytes;

  Format(Kernel pack, int step, int weightBytes, int parts, int partBytes) {
    this.pack = pack;
    this.step = step;
    this.weightBytes = weightBytes;
    this.parts = parts;
    this.partBytes = partBytes;
  }

  /** The kernel that makes rows ready. */
  Kernel pack() {
    return pack;
  }

  /**
   * How kernels leave rows ready, as {@code ready.cuh} counts.
   *
   * @return 0 where no piece of a row can be rounded without the rest
   */
  int leftAs() {
    return switch (this) {
      case F32 -> 1;
      case BF16 -> 2;
      case INT8 -> 3;
      case F16 -> 0;
    };
  }

  /** Whether a norm's factor can come behind the projection: not where rows share a power. */
  boolean takesFactors() {
    return this == INT8 || this == BF16;
  }

  /** Whether gate and up of a matrix of so many outputs may lie in one panel. */
  boolean pairs(int outputs) {
    return (this == INT8 || this == BF16) && outputs % (2 * ROUNDED_TOGETHER) == 0;
  }

  /** Numbers that add up to each number of a row. */
  int parts() {
    return parts;
  }

  /** Inputs that a warp multiplies at once. */
  int step() {
    return step;
  }

  /** Steps of so many inputs. */
  int steps(int inputs) {
    return Math.ceilDiv(inputs, step);
  }

  /** Bytes of a matrix without scales, whole panels. */
  long weightBytes(int outputs, int inputs) {
    return (long) Math.ceilDiv(outputs, PANEL) * panelBytes(inputs);
  }

  /** Bytes of a panel without scales. */
  long panelBytes(int inputs) {
    return (long) PANEL * steps(inputs) * step * weightBytes;
  }

  /** Bytes of a matrix's scales. */
  long scaleBytes(int outputs, int inputs) {
    return this == INT8 ? (long) Math.ceilDiv(outputs, PANEL) * PANEL * steps(inputs) * 2 : 0;
  }

  /** Bytes of so many rows made ready, whole tiles. */
  long rowBytes(int rows, int inputs) {
    return (long) Math.ceilDiv(rows, TILE) * TILE * steps(inputs) * step * parts * partBytes;
  }

  /** Bytes of their scales. */
  long rowScaleBytes(int rows, int inputs) {
    long padded = (long) Math.ceilDiv(rows, TILE) * TILE * Float.BYTES;
    return switch (this) {
      case INT8 -> padded * steps(inputs);
      case F16 -> padded;
      case F32, BF16 -> 0;
    };
  }
}
