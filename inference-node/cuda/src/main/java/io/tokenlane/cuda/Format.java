package io.tokenlane.cuda;

import static java.util.Objects.requireNonNull;

import io.tokenlane.cuda.Handles.DeviceLinear;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** Panels that a block multiplies at most. */
  private static final int MOST_PANELS = 4;

  /** Neighbours of a row that a kernel rounds together: what must divide gated rows' width. */
  private static final int ROUNDED_TOGETHER = 32;

  /** Bytes of a step of a panel. */
  private static final int STEP_BYTES = 512;

  private static final int WARPS = 8;

  /** Blocks of a multiprocessor, about: as many as registers allow for (kernel-resources.tsv). */
  private static final int BLOCKS = 4;

  /** Weights that a projection fetches before its rows are there: a third of an H200's L2. */
  private static final int FETCHED = 16 << 20;

  /** Steps that are fetched together. */
  private static final int FETCHED_TOGETHER = 4;

  /** Projections by their tiles and panels, as their names tell them. */
  private static final Map<Format, Map<Integer, Kernel>> PROJECTIONS =
      Stream.of(values()).collect(Collectors.toMap(format -> format, Format::projections));

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
   * A kernel, and how much of a projection one of its blocks computes. No choice has an effect on
   * results.
   *
   * @param panels of outputs
   * @param tiles of rows
   */
  record Tile(Kernel kernel, int panels, int tiles) {}

  /**
   * What multiplies so many rows: tiles for all of them, up to 64; and as many panels as leave
   * blocks for three quarters of the multiprocessors, as that many fewer times rows are read.
   *
   * @param outputs of the matrix
   * @param processors multiprocessors of the device
   * @param gated whether outputs become rows of the next projection
   */
  Tile tile(int rows, int outputs, int processors, boolean gated) {
    if (this == F32) {
      return new Tile(Kernel.PROJECT_F32, 1, 1);
    }
    int tiles = Math.min(MOST_TILES, Buckets.powerOfTwo(Math.ceilDiv(rows, TILE)));
    int rowBlocks = Math.ceilDiv(rows, tiles * TILE);
    int panels = Math.min(tiles, MOST_PANELS);
    while (panels > 1 && 4L * Math.ceilDiv(outputs, PANEL * panels) * rowBlocks < 3L * processors) {
      panels /= 2;
    }
    if (this == INT8 && gated) {
      panels = MOST_PANELS; // what comes out is rounded in groups of 32
    }
    Kernel kernel = requireNonNull(requireNonNull(PROJECTIONS.get(this)).get(place(tiles, panels)));
    return new Tile(kernel, panels, tiles);
  }

  private static int place(int tiles, int panels) {
    return tiles * (MOST_PANELS + 1) + panels;
  }

  private static Map<Integer, Kernel> projections(Format format) {
    Pattern name = Pattern.compile("PROJECT_" + format + "_(\\d)X(\\d)");
    return Stream.of(Kernel.values())
        .map(kernel -> name.matcher(kernel.name()))
        .filter(Matcher::matches)
        .collect(
            Collectors.toUnmodifiableMap(
                found -> place(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2))),
                found -> Kernel.valueOf(found.group())));
  }

  /**
   * Steps that each warp of a projection fetches ahead: as many as all blocks on the device fetch
   * {@link #FETCHED} bytes with, but not more than it has.
   */
  int ahead(DeviceLinear weight, Tile tile, int processors) {
    if (this == F32) {
      return 0;
    }
    int blocks = Math.ceilDiv(weight.outputs(), PANEL * tile.panels());
    long atOnce = (long) Math.min(blocks, BLOCKS * processors) * tile.panels() * WARPS * STEP_BYTES;
    long steps = (FETCHED / atOnce + FETCHED_TOGETHER / 2) / FETCHED_TOGETHER * FETCHED_TOGETHER;
    int each = Math.ceilDiv(steps(weight.inputs()), WARPS);
    return Math.clamp(steps, FETCHED_TOGETHER, Math.max(FETCHED_TOGETHER, each));
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
