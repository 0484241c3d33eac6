package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.cuda.driver.Grid;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kernel of {@code project.cu}, and how much of a projection one of its blocks computes. No
 * choice has an effect on results.
 *
 * @param tiles of eight rows
 * @param panels of 16 outputs
 * @param stages that are in shared memory or on their way there
 * @param sharedBytes that a block needs for them
 */
record Tile(Kernel kernel, int tiles, int panels, int stages, int sharedBytes) {
  static final String FAMILY = "project";

  /** Chooses a tile as {@link #of} does. */
  interface Choice {
    Tile of(Format format, int rows, int outputs, DeviceFacts device, boolean gated);
  }

  private static final int MOST_TILES = 8;
  private static final int MOST_STAGES = 4;
  private static final int LEAST_STAGES = 2;

  /** Steps of a stage. */
  private static final int TOGETHER = 2;

  private static final int TOGETHER_LONE = 4;

  private static final int WARPS = 8;

  /** Panels from which on a block's warps share rows, in two teams; below, each is a team. */
  private static final int SHARING = 4;

  private static final int TEAMS = 2;

  /** Bytes of a step of a panel, and of its scales or a tile's, if they have some. */
  private static final int STEP_BYTES = 512;

  private static final int SCALE_BYTES = 32;

  /** Bytes of a step of a tile, for each of the numbers that add up to one of a row. */
  private static final int ROW_BYTES = 256;

  /** Bytes of the sums of a tile of a panel. */
  private static final int SUM_BYTES = 8 * 20 * Float.BYTES;

  /** Room for a head for each warp. */
  private static final int HEADS_BYTES = WARPS * 256 * Float.BYTES;

  /** What the kernels have besides, and a device keeps for itself. */
  private static final int KEPT = 1024;

  /** What {@link #SHAPES} has a lone row under: it takes the room of a column of a tile. */
  private static final int LONE = 0;

  /** By format and tiles of rows: the panels that there are kernels for, most first. */
  private static final Map<Format, Map<Integer, List<Shape>>> SHAPES =
      Stream.of(Format.values()).collect(Collectors.toMap(format -> format, Tile::shapes));

  private record Shape(Kernel kernel, int key, int panels) {
    int tiles() {
      return Math.max(1, key);
    }
  }

  private static Map<Integer, List<Shape>> shapes(Format format) {
    Pattern name = Pattern.compile("PROJECT_" + format + "_(LONE|\\d)X(\\d)");
    return Stream.of(Kernel.values())
        .map(kernel -> name.matcher(kernel.name()))
        .filter(Matcher::matches)
        .map(
            found ->
                new Shape(
                    Kernel.valueOf(found.group()),
                    found.group(1).equals("LONE") ? LONE : Integer.parseInt(found.group(1)),
                    Integer.parseInt(found.group(2))))
        .sorted(Comparator.comparingInt(Shape::panels).reversed())
        .collect(Collectors.groupingBy(Shape::key));
  }

  /** Shared memory that a block may have. */
  static int mostShared(DeviceFacts device) {
    return device.sharedBytes() - KEPT;
  }

  /**
   * What multiplies so many rows: tiles for all of them, up to 64; and as many panels as leave
   * blocks for three quarters of the multiprocessors, as that many fewer times rows are read.
   *
   * @param outputs of the matrix
   * @param gated whether outputs become rows of the next projection
   */
  static Tile of(Format format, int rows, int outputs, DeviceFacts device, boolean gated) {
    List<Tile> all = all(format, rows, device, gated);
    return all.stream()
        .filter(tile -> tile.fills(rows, outputs, device.processors()))
        .findFirst()
        .orElseGet(all::getLast);
  }

  /** All that could multiply so many rows, those with most panels first. */
  static List<Tile> all(Format format, int rows, DeviceFacts device, boolean gated) {
    if (format == Format.F32) {
      return List.of(new Tile(Kernel.PROJECT_F32, 1, 1, LEAST_STAGES, HEADS_BYTES));
    }
    int wanted = Buckets.powerOfTwo(Math.ceilDiv(rows, Format.TILE));
    int tiles = rows == 1 ? LONE : Math.min(MOST_TILES, wanted);
    return SHAPES.getOrDefault(format, Map.of()).getOrDefault(tiles, List.of()).stream()
        .filter(shape -> !gated || format != Format.INT8 || shape.panels % SHARING == 0)
        .map(shape -> withStages(shape, format, device))
        .filter(tile -> tile.sharedBytes <= mostShared(device))
        .toList();
  }

  /** As many stages as leave room for a second block, or what there must be. */
  private static Tile withStages(Shape shape, Format format, DeviceFacts device) {
    int stage = stageBytes(shape, format);
    int room = device.sharedBytes() / 2 - KEPT;
    int stages = Math.clamp(room / stage, LEAST_STAGES, MOST_STAGES);
    int sums = shape.panels * teams(shape.panels) * shape.tiles() * SUM_BYTES;
    int bytes = Math.max(Math.max(stages * stage, sums), HEADS_BYTES);
    return new Tile(shape.kernel, shape.tiles(), shape.panels, stages, bytes);
  }

  private static int teams(int panels) {
    return panels < SHARING ? WARPS : TEAMS;
  }

  private static int stageBytes(Shape shape, Format format) {
    int teams = teams(shape.panels);
    int warpPanels = shape.panels * teams / WARPS;
    int scales = format == Format.INT8 ? SCALE_BYTES : 0;
    int tile = ROW_BYTES * format.parts() + scales;
    int rows =
        shape.key == LONE
            ? ROW_BYTES / Format.TILE * format.parts() + scales / 2
            : shape.key * tile;
    return (shape.key == LONE ? TOGETHER_LONE : TOGETHER)
        * (teams * rows + WARPS * warpPanels * (STEP_BYTES + scales));
  }

  /**
   * A lone tile's rows cost little to read, so that blocks for all multiprocessors are worth more.
   */
  private boolean fills(int rows, int outputs, int processors) {
    Grid grid = grid(rows, outputs);
    long blocks = (long) grid.x() * grid.y();
    return tiles == 1 ? blocks >= 3L * processors : 4 * blocks >= 3L * processors;
  }

  /** Blocks for so many rows and outputs. */
  Grid grid(int rows, int outputs) {
    return new Grid(
        Math.ceilDiv(rows, tiles * Format.TILE),
        Math.ceilDiv(outputs, panels * Format.PANEL),
        kernel.threads(),
        sharedBytes);
  }
}
