package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a kernel of {@code project.cu} is made for, as its name says, and the shared memory that its
 * blocks need.
 *
 * @param rows tiles of eight rows; {@link #LONE} or {@link #NORMED} for one row
 * @param panels of 16 outputs that a block has
 * @param sharing what blocks share
 */
record TileShape(Kernel kernel, int rows, int panels, Sharing sharing) {
  /** A lone row takes the room of a column of a tile. */
  private static final int LONE = 0;

  /** One that its blocks norm is there as a whole. */
  private static final int NORMED = -1;

  private static final Map<String, Integer> NAMED =
      Map.of("LONE", LONE, "NORMED", NORMED, "HEADED", LONE);

  static final int MOST_TILES = 8;

  /** Steps of a stage. */
  private static final int TOGETHER = 2;

  private static final int TOGETHER_LONE = 4;

  private static final int WARPS = 8;

  /** Panels from which on a block's warps share rows, in two teams; below, each is a team. */
  private static final int FEW = 4;

  private static final int TEAMS = 2;

  /** Bytes of a step of a panel, and of its scales or a tile's, if they have some. */
  private static final int STEP_BYTES = 512;

  private static final int SCALE_BYTES = 32;

  /** Bytes of a step of a tile, for each of the numbers that add up to one of a row. */
  private static final int ROW_BYTES = 256;

  /** Bytes of the sums of a tile of a panel. */
  private static final int SUM_BYTES = 8 * 20 * Float.BYTES;

  /** Room for a head and its rotations for each warp. */
  static final int HEADS_BYTES = WARPS * 2 * 256 * Float.BYTES;

  /** Parts that a row's steps are cut into. */
  private static final int PARTS = 8;

  /** Blocks of a cluster. */
  private static final int CLUSTER = 8;

  /** Compute capability from which on there are clusters. */
  private static final int CLUSTERS = 90;

  /** By format and rows, those with most panels first. */
  private static final Map<Format, Map<Integer, List<TileShape>>> ALL =
      Stream.of(Format.values()).collect(Collectors.toMap(format -> format, TileShape::all));

  /** What the blocks of a cluster share. */
  enum Sharing {
    /** There is no cluster. */
    NOTHING,

    /** Panels: each block has a part of the inputs. */
    PANELS,

    /** Heads: each block has a panel. */
    HEADS;

    private static Sharing of(Matcher name) {
      if (name.group(1) != null) {
        return PANELS;
      }
      return name.group(2).equals("HEADED") ? HEADS : NOTHING;
    }
  }

  private static Map<Integer, List<TileShape>> all(Format format) {
    Pattern name =
        Pattern.compile("PROJECT_" + format + "_(SPLIT)?(LONE|NORMED|HEADED|\\d)X(\\d+)");
    return Stream.of(Kernel.values())
        .map(kernel -> name.matcher(kernel.name()))
        .filter(Matcher::matches)
        .map(TileShape::named)
        .sorted(Comparator.comparingInt(TileShape::panels).reversed())
        .collect(Collectors.groupingBy(TileShape::rows));
  }

  private static TileShape named(Matcher name) {
    Integer lone = NAMED.get(name.group(2));
    return new TileShape(
        Kernel.valueOf(name.group()),
        lone == null ? Integer.parseInt(name.group(2)) : lone,
        Integer.parseInt(name.group(3)),
        Sharing.of(name));
  }

  /** All that could compute it on this device, those with most panels first. */
  static Stream<TileShape> of(Projection projection, DeviceFacts device) {
    return ALL
        .getOrDefault(projection.format(), Map.of())
        .getOrDefault(rows(projection), List.of())
        .stream()
        .filter(shape -> shape.takes(projection))
        .filter(shape -> shape.cluster() == 1 || device.architecture() >= CLUSTERS);
  }

  private static int rows(Projection projection) {
    if (projection.normed()) {
      return NORMED;
    }
    return projection.rows() == 1 ? LONE : Math.min(MOST_TILES, projection.tiles());
  }

  private boolean takes(Projection projection) {
    boolean byFours = projection.gated() && projection.format() == Format.INT8;
    boolean byTwos = projection.leavesBytes();
    boolean headed = sharing != Sharing.HEADS || projection.headed();
    return headed && (!byFours || panels % FEW == 0) && (!byTwos || panels % 2 == 0);
  }

  int tiles() {
    return Math.max(1, rows);
  }

  /** Blocks of a cluster; 1 without. */
  int cluster() {
    return sharing == Sharing.NOTHING ? 1 : CLUSTER;
  }

  /** Those of a cluster's blocks together. */
  int allPanels() {
    return sharing == Sharing.HEADS ? panels * CLUSTER : panels;
  }

  /** Groups of a block's warps that have parts of the inputs of their own. */
  private int teams() {
    if (sharing == Sharing.PANELS) {
      return 1;
    }
    return panels < FEW ? WARPS : TEAMS;
  }

  /** Bytes that a block needs with so many stages. */
  int bytes(int stages, Projection projection) {
    int ring = wholeBytes(projection) + stages * stageBytes(projection.format());
    int sums = panels * teams() * tiles() * SUM_BYTES;
    return Math.max(Math.max(ring, sums), HEADS_BYTES);
  }

  /** Stages that so many bytes have room for. */
  int stages(int bytes, Projection projection) {
    return (bytes - wholeBytes(projection)) / stageBytes(projection.format());
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

  private int stageBytes(Format format) {
    int warpPanels = panels * teams() / WARPS;
    int scales = format == Format.INT8 ? SCALE_BYTES : 0;
    int together = rows <= LONE ? TOGETHER_LONE : TOGETHER;
    int rowBytes =
        switch (rows) {
          case NORMED -> 0;
          case LONE -> ROW_BYTES / Format.TILE * format.parts() + scales / 2;
          default -> rows * (ROW_BYTES * format.parts() + scales);
        };
    return together * (teams() * rowBytes + WARPS * warpPanels * (STEP_BYTES + scales));
  }
}
