package io.tokenlane.engine.backend.int8;

import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes panels of an {@link Int8Matrix}, output by output. */
final class PanelPacker {
  private static final int LARGEST = 127;

  private final HostLinear plain;
  private final Int8Matrix packed;
  private final int group;
  private final float[] row;
  private final byte[] bytes;

  PanelPacker(HostLinear plain, Int8Matrix packed) {
    this.plain = plain;
    this.packed = packed;
    group = packed.group();
    row = new float[packed.groups() * group];
    bytes = new byte[group];
  }

  void pack(int panel) {
    int first = panel * Int8Matrix.PANEL;
    int end = Math.min(first + Int8Matrix.PANEL, packed.outputs());
    for (int output = first; output < end; output++) {
      packOutput(panel * packed.panelBytes(), output - first, output);
    }
  }

  private void packOutput(long panel, int lane, int output) {
    int part = plain.partOf(output);
    Tensor tensor = plain.part(part);
    int tensorRow = output - plain.firstRow(part);
    boolean exact = Int8Matrix.isExact(tensor.dtype());
    if (!exact) {
      tensor.decodeRow(tensorRow, row, 0);
    }
    for (int i = 0; i < packed.groups(); i++) {
      long block = tensorRow * tensor.rowBytes() + (long) i * tensor.dtype().blockBytes();
      short scale = exact ? copy(tensor, block) : round(i * group);
      write(panel + i * packed.groupBytes(), lane, scale);
    }
  }

  /** Takes a block as it is; returns its scale. */
  private short copy(Tensor tensor, long block) {
    MemorySegment data = tensor.data();
    for (int i = 0; i < Int8Matrix.BLOCK; i++) {
      bytes[i] =
          tensor.dtype() == DType.Q8_0
              ? data.get(ValueLayout.JAVA_BYTE, block + 2 + i)
              : fourBits(data.get(ValueLayout.JAVA_BYTE, block + 2 + i % 16), i / 16);
    }
    return data.get(Int8Matrix.SHORT, block);
  }

  private static byte fourBits(byte pair, int half) {
    return (byte) (((pair >>> (4 * half)) & 15) - 8);
  }

  /** Rounds a group of the decoded row; returns its scale as a binary16. */
  private short round(int begin) {
    float largest = 0;
    for (int i = begin; i < begin + group; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    short half = Float.floatToFloat16(largest / LARGEST);
    float scale = Float.float16ToFloat(half);
    if (scale * (LARGEST + 0.49f) < largest) {
      half++; // the next binary16: this one was rounded down, far down among the subnormals
      scale = Float.float16ToFloat(half);
    }
    for (int i = 0; i < group; i++) {
      bytes[i] = (byte) (scale == 0 ? 0 : Math.round(row[begin + i] / scale));
    }
    return half;
  }

  private void write(long at, int lane, short scale) {
    MemorySegment memory = packed.memory();
    for (int i = 0; i < group; i++) {
      long pair = at + (long) (i / 2) * Int8Matrix.PAIR_BYTES;
      memory.set(ValueLayout.JAVA_BYTE, pair + 2L * lane + i % 2, bytes[i]);
    }
    long scales = at + (long) Int8Matrix.PANEL * group;
    memory.set(Int8Matrix.SHORT, scales + (long) lane * Short.BYTES, scale);
  }
}
