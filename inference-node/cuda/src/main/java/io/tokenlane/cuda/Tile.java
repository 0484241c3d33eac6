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
 * @param panels of 16 outputs, those of all blocks of a cluster
 * @param cluster blocks that share these, or inputs of these; 1 if there are no clusters
 * @param stages that are in shared memory or on their way there
 * @param sharedBytes that a block needs for them
 */
record Tile(Kernel kernel, int tiles, int panels, int cluster, int stages, int sharedBytes) {
  static final String FAMILY = "project";

  /** Chooses a tile as {@link #of} does. */
  interface Choice {
    Tile of(Projection projection, DeviceFacts device);
  }

  private static final int MOST_TILES = 8;
  private static final int MOST_STAGES = 8;
  private static final int LEAST_STAGES = 2;
  private static final List<Integer> TRIED_STAGES = List.of(2, 3, 4, 6, 8);

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

  /** Room for a head and its rotations for each warp. */
  private static final int HEADS_BYTES = WARPS * 2 * 256 * Float.BYTES;

  /** What the kernels have besides, and a device keeps for itself. */
  static final int KEPT = 2048;

  /** What {@link #SHAPES} has a lone row under: it takes the room of a column of a tile. */
  private static final int LONE = 0;

  /** And one that its blocks norm: it is there as a whole. */
  private static final int NORMED = -1;

  private static final Map<String, Integer> KEYS =
      Map.of("LONE", LONE, "NORMED", NORMED, "HEADED", NORMED);

  /** Parts that a row's steps are cut into. */
  private static final int PARTS = 8;

  /** Blocks of a cluster. */
  private static final int CLUSTER = 8;

  /** Compute capability from which on there are clusters. */
  private static final int CLUSTERS = 90;

  /** By format and tiles of rows: the panels that there are kernels for, most first. */
  private static final Map<Format, Map<Integer, List<Shape>>> SHAPES =
      Stream.of(Format.values()).collect(Collectors.toMap(format -> format, Tile::shapes));

  /** What blocks of a cluster share. */
  private enum Sharing {
    NOTHING,

    /** Each has a part of the inputs. */
    INPUTS,

    /** Each has a panel of heads that they have together. */
    HEADS;

    static Sharing of(Matcher name) {
      if (name.group(1) != null) {
        return INPUTS;
      }
      return name.group(2).equals("HEADED") ? HEADS : NOTHING;
    }
  }

  /**
   * A kernel.
   *
   * @param panels of a block
   */
  private record Shape(Kernel kernel, int key, int panels, Sharing sharing) {
    int tiles() {
      return Math.max(1, key);
    }

    /** Groups of a block's warps that have parts of the inputs of their own. */
    int teams() {
      if (sharing == Sharing.INPUTS) {
        return 1;
      }
      return panels < SHARING ? WARPS : TEAMS;
    }

    int cluster() {
      return sharing == Sharing.NOTHING ? 1 : CLUSTER;
    }

    /** Of a cluster's blocks. */
    int allPanels() {
      return sharing == Sharing.HEADS ? panels * CLUSTER : panels;
    }
  }

  private static Map<Integer, List<Shape>> shapes(Format format) {
    Pattern name =
        Pattern.compile("PROJECT_" + format + "_(SPLIT)?(LONE|NORMED|HEADED|\\d)X(\\d+)");
    return Stream.of(Kernel.values())
        .map(kernel -> name.matcher(kernel.name()))
        .filter(Matcher::matches)
        .map(
            found ->
                new Shape(
                    Kernel.valueOf(found.group()),
                    key(found.group(2)),
                    Integer.parseInt(found.group(3)),
                    Sharing.of(found)))
        .sorted(Comparator.comparingInt(Shape::panels).reversed())
        .collect(Collectors.groupingBy(Shape::key));
  }

  private static int key(String rows) {
    Integer key = KEYS.get(rows);
    return key == null ? Integer.parseInt(rows) : key;
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
    List<Tile> all = all(projection, device);
    List<Tile> whole = all.stream().filter(tile -> tile.cluster == 1).toList();
    return whole.stream()
        .filter(tile -> tile.fills(projection.rows(), projection.outputs(), device.processors()))
        .findFirst()
        .orElseGet(whole::getLast);
  }

  /** All that the device can compute it with, those with most panels first. */
  static List<Tile> all(Projection projection, DeviceFacts device) {
    Format format = projection.format();
    if (format == Format.F32) {
      return List.of(new Tile(Kernel.PROJECT_F32, 1, 1, 1, LEAST_STAGES, HEADS_BYTES));
    }
    return shapes(projection, device)
        .map(shape -> withRoom(shape, projection, device))
        .filter(tile -> tile.sharedBytes <= mostShared(device))
        .toList();
  }

  /** The same with each number of stages to be tried that a block has room for. */
  static List<Tile> candidates(Projection projection, DeviceFacts device) {
    if (projection.format() == Format.F32) {
      return all(projection, device);
    }
    return shapes(projection, device)
        .flatMap(shape -> TRIED_STAGES.stream().map(stages -> with(stages, shape, projection)))
        .filter(tile -> tile.sharedBytes <= mostShared(device))
        .toList();
  }

  private static Stream<Shape> shapes(Projection projection, DeviceFacts device) {
    return SHAPES
        .getOrDefault(projection.format(), Map.of())
        .getOrDefault(key(projection), List.of())
        .stream()
        .filter(shape -> takes(shape, projection))
        .filter(shape -> shape.cluster() == 1 || device.architecture() >= CLUSTERS);
  }

  private static int key(Projection projection) {
    if (projection.normed()) {
      return NORMED;
    }
    return projection.rows() == 1 ? LONE : Math.min(MOST_TILES, projection.tiles());
  }

  private static boolean takes(Shape shape, Projection projection) {
    boolean byFours = projection.gated() && projection.format() == Format.INT8;
    boolean headed = shape.sharing != Sharing.HEADS || projection.headed();
    return headed && (!byFours || shape.panels % SHARING == 0);
  }

  /** As many stages as leave room for a second block, or what there must be. */
  private static Tile withRoom(Shape shape, Projection projection, DeviceFacts device) {
    int room = device.sharedBytes() / 2 - KEPT - wholeBytes(projection);
    int stages = room / stageBytes(shape, projection.format());
    return with(Math.clamp(stages, LEAST_STAGES, MOST_STAGES), shape, projection);
  }

  private static Tile with(int stages, Shape shape, Projection projection) {
    int ring = wholeBytes(projection) + stages * stageBytes(shape, projection.format());
    int sums = shape.panels * shape.teams() * shape.tiles() * SUM_BYTES;
    int bytes = Math.max(Math.max(ring, sums), HEADS_BYTES);
    return new Tile(shape.kernel, shape.tiles(), shape.allPanels(), shape.cluster(), stages, bytes);
  }

  /** A row that is normed, with what a part's last stage may reach further. */
  private static int wholeBytes(Projection projection) {
    if (!projection.normed()) {
      return 0;
    }
    Format format = projection.format();
    int steps = Math.ceilDiv(format.steps(projection.inputs()), PARTS) * PARTS + TOGETHER_LONE;
    int scale = format == Format.INT8 ? Float.BYTES : 0;
    return steps * (ROW_BYTES / Format.TILE * format.parts() + scale);
  }

  private static int stageBytes(Shape shape, Format format) {
    int teams = shape.teams();
    int warpPanels = shape.panels * teams / WARPS;
    int scales = format == Format.INT8 ? SCALE_BYTES : 0;
    int together = shape.key <= LONE ? TOGETHER_LONE : TOGETHER;
    int rows =
        switch (shape.key) {
          case NORMED -> 0;
          case LONE -> ROW_BYTES / Format.TILE * format.parts() + scales / 2;
          default -> shape.key * (ROW_BYTES * format.parts() + scales);
        };
    return together * (teams * rows + WARPS * warpPanels * (STEP_BYTES + scales));
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
        Math.ceilDiv(outputs, panels * Format.PANEL) * cluster,
        kernel.threads(),
        sharedBytes);
  }
}
