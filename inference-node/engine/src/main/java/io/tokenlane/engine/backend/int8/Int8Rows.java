package io.tokenlane.engine.backend.int8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations as integers -127 to 127 with a float32 scale for each row and group, quantised when
 * they are known (dynamically), to the nearest step, ties to even.
 *
 * <p>Rows lie in tiles of up to {@link #TILE}, in shorts, and two neighbouring inputs of a row form
 * an int, which kernels broadcast: {@code [tile][pair][row of tile]}; scales {@code [tile][group]
 * [row of tile]}. Beside that they lie in bytes, four neighbouring inputs of a row an int, and
 * before those of a group what makes up for weights that are taken 128 higher, -128 times the sum of
 * the row's inputs: {@code [tile][group][1 + fours][row of tile]}. How rows fall into tiles has no effect on results: a row's sums are its own.
 *
 * <p>{@link #begin} is for one thread; different rows may then be quantised by different threads.
 */
public final class Int8Rows {
  /** Most rows of a tile. */
  public static final int TILE = 6;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128;
  private static final int LANES = FLOATS.length();
  private static final long CACHE_LINE = 64;
  private static final int LARGEST = 127;

  /** 1.5 * 2^23: added to a small float, the sum's low bits are the nearest integer. */
  private static final float MAGIC = 12582912f;

  private MemorySegment values = MemorySegment.NULL;
  private MemorySegment fours = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;
  private int rows;
  private int groups;
  private int group;

  /** Makes room for rows of a matrix's inputs; reuses the memory where it is large enough. */
  public void begin(int nextRows, Int8Matrix matrix) {
    rows = nextRows;
    groups = matrix.groups();
    group = matrix.group();
    values = room(values, (long) rows * groups * group * Short.BYTES);
    fours = room(fours, (long) rows * groups * (1 + group / 4) * Integer.BYTES);
    scales = room(scales, (long) rows * groups * Float.BYTES);
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
    return Math.ceilDiv(rows, TILE);
  }

  /** The first row of a tile; for {@link #tiles()}, the number of rows. */
  public int firstRow(int tile) {
    return (int) ((long) rows * tile / tiles());
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
    long value = valuesOf(tile) + (long) (row - first) * Integer.BYTES;
    long scale = scalesOf(tile) + (long) (row - first) * Float.BYTES;
    long stride = (long) tileRows * Integer.BYTES;
    long four = foursOf(tile) + (long) (row - first) * Integer.BYTES;
    for (int i = 0; i < groups; i++) {
      scales.set(ValueLayout.JAVA_FLOAT, scale + i * stride, round(in, i * group, rounded));
      long pairs = value + (long) i * group / 2 * stride;
      long begin = four + (long) i * (1 + group / 4) * stride;
      int sum = 0;
      for (int j = 0; j < group; j += 4) {
        int low = (rounded[j] & 0xffff) | (rounded[j + 1] << 16);
        int high = (rounded[j + 2] & 0xffff) | (rounded[j + 3] << 16);
        values.set(ValueLayout.JAVA_INT, pairs + j / 2 * stride, low);
        values.set(ValueLayout.JAVA_INT, pairs + (j / 2 + 1) * stride, high);
        int bytes = low & 0xff | low >>> 8 & 0xff00 | (high & 0xff) << 16 | high << 8 & 0xff000000;
        fours.set(ValueLayout.JAVA_INT, begin + (1 + j / 4) * stride, bytes);
        sum += (short) low + (low >> 16) + (short) high + (high >> 16);
      }
      fours.set(ValueLayout.JAVA_INT, begin, -128 * sum);
    }
  }

  private int tileOf(int row) {
    int tile = row * tiles() / rows;
    return firstRow(tile + 1) <= row ? tile + 1 : tile;
  }

  /** Rounds a group: the low half of each int is the integer. Returns the scale. */
  private float round(float[] in, int begin, int[] out) {
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < group; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, in, begin + i).reinterpretAsInts();
      most = most.max(bits.and(Integer.MAX_VALUE));
    }
    float scale = Float.intBitsToFloat(most.reduceLanes(VectorOperators.MAX)) / LARGEST;
    FloatVector inverse = FloatVector.broadcast(FLOATS, scale < Float.MIN_NORMAL ? 0 : 1 / scale);
    FloatVector magic = FloatVector.broadcast(FLOATS, MAGIC);
    for (int i = 0; i < group; i += LANES) {
      FloatVector.fromArray(FLOATS, in, begin + i)
          .fma(inverse, magic)
          .reinterpretAsInts()
          .intoArray(out, i);
    }
    return scale;
  }
}
