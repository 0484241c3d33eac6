package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Grid;
import java.util.List;

/**
 * A kernel of {@code project.cu}, and how much of a projection one of its blocks computes. No
 * choice has an effect on results.
 *
 * @param tiles of eight rows
 * @param panels of 16 outputs, those of all blocks of a cluster
 * @param cluster blocks that share these, or inputs of these; 1 if there are no clusters
 * @param stages that are in shared memory or on their way there
 * @param sharedBytes that a block needs for them
 */
record Tile(Kernel kernel, int tiles, int panels, int cluster, int stages, int sharedBytes) {
  static final String FAMILY = "project";

  /** What the kernels have besides, and a device keeps for itself. */
  static final int KEPT = 2048;

  private static final int MOST_STAGES = 8;
  private static final int LEAST_STAGES = 2;
  private static final List<Integer> TRIED_STAGES = List.of(2, 3, 4, 6, 8);

  /** Chooses a tile as {@link #of} does. */
  interface Choice {
    Tile of(Projection projection, DeviceFacts device);
  }

  /** Shared memory that a block may have. */
  static int mostShared(DeviceFacts device) {
    return device.sharedBytes() - KEPT;
  }

  /**
   * What multiplies so many rows: tiles for all of them, up to 64; and as many panels as leave
   * blocks for three quarters of the multiprocessors, as that many fewer times rows are read. By
   * rule there are no clusters: what they cost has to be tried.
   */
  static Tile of(Projection projection, DeviceFacts device) {
    List<Tile> alone = all(projection, device).stream().filter(tile -> tile.cluster == 1).toList();
    return alone.stream()
        .filter(tile -> tile.fills(projection.rows(), projection.outputs(), device.processors()))
        .findFirst()
        .orElseGet(alone::getLast);
  }

  /** All that the device can compute it with, those with most panels first. */
  static List<Tile> all(Projection projection, DeviceFacts device) {
    if (projection.format() == Format.F32) {
      int bytes = TileShape.HEADS_BYTES;
      return List.of(new Tile(Kernel.PROJECT_F32, 1, 1, 1, LEAST_STAGES, bytes));
    }
    return TileShape.of(projection, device)
        .map(shape -> withRoom(shape, projection, device))
        .filter(tile -> tile.sharedBytes <= mostShared(device))
        .toList();
  }

  /** The same with each number of stages to be tried that a block has room for. */
  static List<Tile> candidates(Projection projection, DeviceFacts device) {
    if (projection.format() == Format.F32) {
      return all(projection, device);
    }
    return TileShape.of(projection, device)
        .flatMap(shape -> TRIED_STAGES.stream().map(stages -> with(stages, shape, projection)))
        .filter(tile -> tile.sharedBytes <= mostShared(device))
        .toList();
  }

  /** As many stages as leave room for a second block, or what there must be. */
  private static Tile withRoom(TileShape shape, Projection projection, DeviceFacts device) {
    int stages = shape.stages(device.sharedBytes() / 2 - KEPT, projection);
    return with(Math.clamp(stages, LEAST_STAGES, MOST_STAGES), shape, projection);
  }

  private static Tile with(int stages, TileShape shape, Projection projection) {
    return new Tile(
        shape.kernel(),
        shape.tiles(),
        shape.allPanels(),
        shape.cluster(),
        stages,
        shape.bytes(stages, projection));
  }

  /**
   * A lone tile's rows cost little to read, so that blocks for all multiprocessors are worth more.
   */
  private boolean fills(int rows, int outputs, int processors) {
    Grid grid = grid(rows, outputs);
    long blocks = (long) grid.x() * grid.y();
    return tiles == 1 ? blocks >= 3L * processors : 4 * blocks >= 3L * processors;
  }

  /** Whether blocks of so many panels are enough for three quarters of the multiprocessors. */
  static boolean fills(int panels, int outputs, int rows, DeviceFacts device) {
    long blocks =
        (long) Math.ceilDiv(outputs, panels * Format.PANEL)
            * Math.ceilDiv(rows, TileShape.MOST_TILES * Format.TILE);
    return 4 * blocks >= 3L * device.processors();
  }

  /** Blocks for so many rows and outputs. */
  Grid grid(int rows, int outputs) {
    return new Grid(
        Math.ceilDiv(rows, tiles * Format.TILE),
        Math.ceilDiv(outputs, panels * Format.PANEL) * cluster,
        kernel.threads(),
        sharedBytes);
  }
}
