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

  /** Tiles that a block multiplies at most. */
  private static final int MOST_TILES = 8;

  /** Panels that a block multiplies where there are more rows than {@link #WIDE_ROWS}. */
  private static final int WIDE_PANELS = 4;

  private static final int WIDE_ROWS = 128;

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
   * A kernel, and how much of a projection one of its blocks computes.
   *
   * @param panels of outputs
   * @param tiles of rows
   */
  record Projection(Kernel kernel, int panels, int tiles) {}

  /** What multiplies so many rows. */
  Projection project(int rows) {
    return switch (this) {
      case F32 -> new Projection(Kernel.PROJECT_F32, 1, 1);
      case BF16 -> project("PROJECT_BF16_", rows);
      case F16 -> project("PROJECT_F16_", rows);
      case INT8 -> project("PROJECT_INT8_", rows);
    };
  }

  private static Projection project(String kernel, int rows) {
    if (rows > WIDE_ROWS) {
      return new Projection(Kernel.valueOf(kernel + "WIDE"), WIDE_PANELS, MOST_TILES);
    }
    int tiles = Math.min(MOST_TILES, Buckets.powerOfTwo(Math.ceilDiv(rows, TILE)));
    return new Projection(Kernel.valueOf(kernel + tiles), 1, tiles);
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
