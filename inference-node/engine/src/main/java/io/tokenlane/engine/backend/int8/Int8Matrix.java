package io.tokenlane.engine.backend.int8;

import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.SystemMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/**
 * A matrix of signed bytes, -127 to 127. A row's inputs fall into groups, each with a binary16
 * scale: {@code weight = scale * byte}.
 *
 * <p>Its rows (the layer's outputs) lie in panels of {@link #PANEL}, and a panel group by group,
 * one behind another, so that any kernel reads memory in one stream:
 *
 * <pre>
 * panel:  group 0 | group 1 | ...
 * group:  pair 0 | pair 1 | ... | 16 scales           16 * group + 32 bytes
 * pair:   output 0 input 0, output 0 input 1, output 1 input 0, ...        32 bytes
 * </pre>
 *
 * Two neighbouring inputs of an output are neighbours because the multiply-add instructions of CPUs
 * (x86: {@code vpmaddwd}) add neighbouring products. The last panel is filled up with zeros, and so
 * is the last group.
 */
public final class Int8Matrix implements Linear {
  /** Outputs of a panel. */
  public static final int PANEL = 16;

  /** Bytes of a pair of inputs in a panel. */
  public static final int PAIR_BYTES = 2 * PANEL;

  /** Inputs behind one scale where the weights come in blocks: exactly a block of theirs. */
  static final int BLOCK = 32;

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int WIDEST_GROUP = 128;
  private static final long PAGE = 4096;

  private final MemorySegment memory;
  private final int inputs;
  private final int outputs;
  private final int group;
  private final float[] bias;

  private Int8Matrix(HostLinear plain, int group, Arena arena) {
    this.group = group;
    inputs = plain.inputs();
    outputs = plain.outputs();
    bias = plain.bias();
    // The page behind the end is for kernels that fetch ahead.
    long bytes = Math.multiplyExact(panelBytes(), (long) panels());
    memory = SystemMemory.zeros(bytes + PAGE, true, arena);
  }

  /**
   * Packs a matrix. Q8_0 and Q4_0 weights keep their values to the bit; all others are rounded to
   * the nearest 127th part of the largest of their group: 32 inputs where any weights come in
   * blocks, else the largest power of two up to 128 that divides a row.
   *
   * @param arena holds the packed matrix
   */
  public static Int8Matrix pack(HostLinear plain, Arena arena) {
    Int8Matrix packed = new Int8Matrix(plain, groupOf(plain), arena);
    IntStream.range(0, packed.panels())
        .parallel()
        .forEach(panel -> new PanelPacker(plain, packed).pack(panel));
    return packed;
  }

  private static int groupOf(HostLinear plain) {
    for (int i = 0; i < plain.parts(); i++) {
      if (plain.part(i).dtype().blockSize() > 1) {
        return BLOCK;
      }
    }
    return Math.clamp(Integer.lowestOneBit(plain.inputs()), BLOCK, WIDEST_GROUP);
  }

  /** Whether weights of this type keep their values to the bit. */
  public static boolean isExact(DType dtype) {
    return dtype == DType.Q8_0 || dtype == DType.Q4_0;
  }

  /** Whether weights of this type are always computed as bytes. */
  public static boolean isNatural(DType dtype) {
    return dtype.blockSize() > 1;
  }

  /** Reads the weights of one output as float32 to {@code out[at] ..}. */
  public void decode(int output, float[] out, int at) {
    long first = output / PANEL * panelBytes() + 2L * (output % PANEL);
    for (int begin = 0; begin < inputs; begin += group) {
      long values = first + begin / group * groupBytes();
      float scale = Float.float16ToFloat(memory.get(SHORT, values + (long) PANEL * group));
      for (int i = 0; i < Math.min(group, inputs - begin); i++) {
        long pair = values + (long) (i / 2) * PAIR_BYTES;
        out[at + begin + i] = scale * memory.get(ValueLayout.JAVA_BYTE, pair + i % 2);
      }
    }
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public int inputs() {
    return inputs;
  }

  /** All of it. */
  public MemorySegment memory() {
    return memory;
  }

  /** Inputs behind one scale; a multiple of 32, at most 128. */
  public int group() {
    return group;
  }

  /** Groups of a row. */
  public int groups() {
    return Math.ceilDiv(inputs, group);
  }

  /** Panels, the last one perhaps not full. */
  public int panels() {
    return Math.ceilDiv(outputs, PANEL);
  }

  /** Bytes of a panel. */
  public long panelBytes() {
    return groups() * groupBytes();
  }

  /** Bytes of a group of a panel. */
  public long groupBytes() {
    return (long) PANEL * group + PANEL * Short.BYTES;
  }

  /** What is added to each output; empty without a bias. */
  public float[] bias() {
    return bias;
  }
}
