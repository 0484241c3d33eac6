package io.tokenlane.engine.backend.int8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations as integers -127 to 127 with a float32 scale for each row and group, quantised when
 * they are known (dynamically), to the nearest step, ties to even.
 *
 * <p>Rows lie in tiles of up to {@link #TILE} or {@link #WIDE_TILE}, in shorts, and two
 * neighbouring inputs of a row form an int, which kernels broadcast: {@code [tile][pair][row of
 * tile]}; scales {@code [tile][group] [row of tile]}. Beside that they lie in bytes, four
 * neighbouring inputs of a row an int, and before those of a group what makes up for weights that
 * are taken 128 higher, -128 times the sum of the row's inputs: {@code [tile][group][1 + fours][row
 * of tile]}. How rows fall into tiles has no effect on results: a row's sums are its own.
 *
 * <p>{@link #begin} is for one thread; different rows may then be quantised by different threads.
 */
public final class Int8Rows {
  /** Most rows of a tile of shorts, or of both. */
  public static final int TILE = 6;

  /** Most rows of a tile of bytes alone: their kernel has twice as many registers. */
  public static final int WIDE_TILE = 12;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128;

  /** As wide as the JVM computes with; wider ones would be emulated. */
  private static final VectorSpecies<Float> WIDE_FLOATS =
      switch (FloatVector.SPECIES_PREFERRED.length()) {
        case 2, 4 -> FloatVector.SPECIES_128;
        case 8 -> FloatVector.SPECIES_256;
        default -> FloatVector.SPECIES_512;
      };

  private static final VectorSpecies<Integer> WIDE_INTS =
      VectorSpecies.of(int.class, WIDE_FLOATS.vectorShape());
  private static final int WIDE = WIDE_FLOATS.length();

  /** As many bytes; there are none of four. */
  private static final VectorSpecies<Byte> BYTES =
      WIDE == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  private static final int LANES = FLOATS.length();
  private static final long CACHE_LINE = 64;
  private static final int LARGEST = 127;

  /** 1.5 * 2^23: added to a small float, the sum's low bits are the nearest integer. */
  private static final float MAGIC = 12582912f;

  private final Form form;
  private MemorySegment values = MemorySegment.NULL;
  private MemorySegment fours = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;

  /** The first row of each tile, and behind the last one the number of rows. */
  private int[] firstRows = {0};

  private int rows;
  private int tiles;
  private int groups;
  private int group;

  /** How values lie. */
  public enum Form {
    /** Shorts, {@link #values}. */
    PAIRS,
    /** Bytes, {@link #fours}. */
    FOURS,
    /** Both. */
    BOTH
  }

  /** Rows in both forms. */
  public Int8Rows() {
    this(Form.BOTH);
  }

  /** Rows in the form that a kernel reads. */
  public Int8Rows(Form form) {
    this.form = form;
  }

  /** Makes room for rows of a matrix's inputs; reuses the memory where it is large enough. */
  public void begin(int nextRows, Int8Matrix matrix) {
    if (rows != nextRows) {
      cut(nextRows);
    }
    groups = matrix.groups();
    group = matrix.group();
    if (form != Form.FOURS) {
      values = room(values, (long) rows * groups * group * Short.BYTES);
    }
    if (form != Form.PAIRS) {
      fours = room(fours, (long) rows * groups * (1 + group / 4) * Integer.BYTES);
    }
    scales = room(scales, (long) rows * groups * Float.BYTES);
  }

  private void cut(int nextRows) {
    rows = nextRows;
    tiles = Math.ceilDiv(rows, form == Form.FOURS ? WIDE_TILE : TILE);
    if (firstRows.length <= tiles) {
      firstRows = new int[tiles + 1];
    }
    for (int tile = 0; tile <= tiles; tile++) {
      firstRows[tile] = (int) ((long) rows * tile / Math.max(1, tiles));
    }
  }

  private static MemorySegment room(MemorySegment old, long bytes) {
    return old.byteSize() >= bytes ? old : Arena.ofAuto().allocate(bytes, CACHE_LINE);
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Values of a row, whole groups. */
  public int width() {
    return groups * group;
  }

  /** Number of tiles. */
  public int tiles() {
    return tiles;
  }

  /** The first row of a tile; for {@link #tiles()}, the number of rows. */
  public int firstRow(int tile) {
    return firstRows[tile];
  }

  /** Memory of the values. */
  public MemorySegment values() {
    return values;
  }

  /** Memory of the values in bytes. */
  public MemorySegment fours() {
    return fours;
  }

  /** Where a tile's values in bytes begin, in bytes. */
  public long foursOf(int tile) {
    return (long) firstRow(tile) * groups * (1 + group / 4) * Integer.BYTES;
  }

  /** Memory of the scales. */
  public MemorySegment scales() {
    return scales;
  }

  /** Where a tile's values begin, in bytes. */
  public long valuesOf(int tile) {
    return (long) firstRow(tile) * width() * Short.BYTES;
  }

  /** Where a tile's scales begin, in bytes. */
  public long scalesOf(int tile) {
    return (long) firstRow(tile) * groups * Float.BYTES;
  }

  /** Whether values lie in bytes alone. */
  public boolean isOfFours() {
    return form == Form.FOURS;
  }

  /** Inputs behind one scale. */
  public int group() {
    return group;
  }

  /** Groups of a row. */
  public int groups() {
    return groups;
  }

  /** Where a row's values in bytes begin, in bytes. */
  public long foursOfRow(int row) {
    int tile = tileOf(row);
    return foursOf(tile) + (long) (row - firstRow(tile)) * Integer.BYTES;
  }

  /** Where a row's scales begin, in bytes. */
  public long scalesOfRow(int row) {
    int tile = tileOf(row);
    return scalesOf(tile) + (long) (row - firstRow(tile)) * Float.BYTES;
  }

  /** From one of a row's ints, or scales, to the next, in bytes. */
  public long strideOf(int row) {
    int tile = tileOf(row);
    return (long) (firstRow(tile + 1) - firstRow(tile)) * Integer.BYTES;
  }

  /**
   * Quantises one row.
   *
   * @param in {@link #width()} values
   * @param rounded work space for {@link #group} values, at least 128
   */
  public void quantise(int row, float[] in, int[] rounded) {
    int tile = tileOf(row);
    int first = firstRow(tile);
    int tileRows = firstRow(tile + 1) - first;
    long scale = scalesOf(tile) + (long) (row - first) * Float.BYTES;
    long pair = valuesOf(tile) + (long) (row - first) * Integer.BYTES;
    long four = foursOf(tile) + (long) (row - first) * Integer.BYTES;
    long stride = (long) tileRows * Integer.BYTES;
    for (int i = 0; i < groups; i++) {
      float step = 0;
      if (form != Form.FOURS) {
        step = storePairs(in, i * group, rounded, pair + (long) i * group / 2 * stride, stride);
      }
      if (form != Form.PAIRS) {
        long at = four + (long) i * (1 + group / 4) * stride;
        step = storeFours(in, i * group, rounded, at, stride);
      }
      scales.set(ValueLayout.JAVA_FLOAT, scale + i * stride, step);
    }
  }

  /** The scale of a group: the largest value is 127 of it. */
  private float step(float[] in, int begin) {
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < group; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, in, begin + i).reinterpretAsInts();
      most = most.max(bits.and(Integer.MAX_VALUE));
    }
    return Float.intBitsToFloat(most.reduceLanes(VectorOperators.MAX)) / LARGEST;
  }

  private static float inverse(float step) {
    return step < Float.MIN_NORMAL ? 0 : 1 / step;
  }

  /** Returns the scale. */
  private float storePairs(float[] in, int begin, int[] rounded, long at, long stride) {
    float step = step(in, begin);
    FloatVector inverse = FloatVector.broadcast(FLOATS, inverse(step));
    FloatVector magic = FloatVector.broadcast(FLOATS, MAGIC);
    for (int i = 0; i < group; i += LANES) {
      FloatVector.fromArray(FLOATS, in, begin + i)
          .fma(inverse, magic)
          .reinterpretAsInts()
          .intoArray(rounded, i);
    }
    for (int i = 0; i < group; i += 2) {
      int pair = (rounded[i] & 0xffff) | (rounded[i + 1] << 16);
      values.set(ValueLayout.JAVA_INT, at + i / 2 * stride, pair);
    }
    return step;
  }

  /** Returns the scale. */
  private float storeFours(float[] in, int begin, int[] rounded, long at, long stride) {
    float step = step(in, begin);
    FloatVector inverse = FloatVector.broadcast(WIDE_FLOATS, inverse(step));
    FloatVector magic = FloatVector.broadcast(WIDE_FLOATS, MAGIC);
    IntVector sums = IntVector.zero(WIDE_INTS);
    for (int i = 0; i < group; i += WIDE) {
      IntVector bits =
          FloatVector.fromArray(WIDE_FLOATS, in, begin + i).fma(inverse, magic).reinterpretAsInts();
      sums = sums.add(bits);
      pack(bits, rounded, i / 4);
    }
    int sum = sums.reduceLanes(VectorOperators.ADD) - group * Float.floatToRawIntBits(MAGIC);
    fours.set(ValueLayout.JAVA_INT, at, -128 * sum);
    for (int i = 0; i < group / 4; i++) {
      fours.set(ValueLayout.JAVA_INT, at + (i + 1) * stride, rounded[i]);
    }
    return step;
  }

  /** Four numbers to an int. */
  private static void pack(IntVector bits, int[] packed, int at) {
    if (WIDE == BYTES.length()) {
      bits.convertShape(VectorOperators.I2B, BYTES, 0).reinterpretAsInts().intoArray(packed, at);
    } else {
      int low = (bits.lane(0) & 0xff) | (bits.lane(1) & 0xff) << 8;
      packed[at] = low | (bits.lane(2) & 0xff) << 16 | bits.lane(3) << 24;
    }
  }

  private int tileOf(int row) {
    int tile = row * tiles / rows;
    return firstRows[tile + 1] <= row ? tile + 1 : tile;
  }
}
