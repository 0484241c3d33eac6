package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes panels of a matrix in a {@link Format}: 16 outputs, step by step, in the order in which
 * the lanes of a warp hold them (PTX ISA, matrix fragments of {@code mma.m16n8k16} and {@code
 * mma.m16n8k32}): lane {@code 4 (output % 8) + k / width} has, of inputs k and of those half a step
 * further, the outputs and those 8 further.
 */
final class WeightPacker {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int LARGEST = 127;

  /** Bytes of a step of a panel, but for float32. */
  private static final int STEP_BYTES = 512;

  private final HostLinear plain;
  private final Format format;
  private final float scale;
  private final boolean paired;
  private final float[] row;
  private final int steps;

  /**
   * @param target says how
   */
  WeightPacker(HostLinear plain, DeviceLinear target) {
    this.plain = plain;
    format = target.format();
    scale = target.scale();
    paired = target.paired();
    steps = format.steps(plain.inputs());
    row = new float[steps * format.step()];
  }

  /**
   * The format for a matrix.
   *
   * @param int8 whether floats become bytes
   */
  static Format formatOf(HostLinear plain, boolean int8) {
    DType type = plain.part(0).dtype();
    boolean mixed = false;
    for (int i = 0; i < plain.parts(); i++) {
      if (int8 || plain.part(i).dtype().blockSize() > 1) {
        return Format.INT8;
      }
      mixed |= plain.part(i).dtype() != type;
    }
    if (mixed || type == DType.F32) {
      return Format.F32;
    }
    return type == DType.BF16 ? Format.BF16 : Format.F16;
  }

  /**
   * What all scales of a matrix of bytes are multiplied with: 1 where they are binary16 already;
   * else so small that the scales of usual weights are no subnormal numbers.
   */
  static float scaleOf(HostLinear plain) {
    for (int i = 0; i < plain.parts(); i++) {
      if (!hasScales(plain.part(i).dtype())) {
        return 1f / 4096;
      }
    }
    return 1;
  }

  private static boolean hasScales(DType dtype) {
    return dtype == DType.Q8_0 || dtype == DType.Q4_0;
  }

  /**
   * Packs one panel.
   *
   * @param weights receives it; zeros before
   * @param scales receives its scales; empty unless the format has them
   */
  void pack(int panel, MemorySegment weights, MemorySegment scales) {
    for (int place = 0; place < Format.PANEL; place++) {
      int output = outputAt(panel, place);
      if (output >= plain.outputs()) {
        break;
      }
      int part = plain.partOf(output);
      Tensor tensor = plain.part(part);
      int tensorRow = output - plain.firstRow(part);
      tensor.decodeRow(tensorRow, row, 0);
      switch (format) {
        case F32 -> floats(place, weights);
        case BF16, F16 -> halves(place, tensor, tensorRow, weights);
        case INT8 -> bytes(place, tensor, tensorRow, weights, scales);
      }
    }
  }

  /** As {@code output_of} of {@code project.cu}. */
  private int outputAt(int panel, int place) {
    int half = Format.PANEL / 2;
    return paired
        ? panel * half + place % half + place / half * (plain.outputs() / 2)
        : panel * Format.PANEL + place;
  }

  private void floats(int place, MemorySegment weights) {
    for (int i = 0; i < plain.inputs(); i++) {
      weights.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * Format.PANEL + place, row[i]);
    }
  }

  private void halves(int place, Tensor tensor, int tensorRow, MemorySegment weights) {
    long from = tensorRow * tensor.rowBytes();
    for (int i = 0; i < plain.inputs(); i++) {
      int k = i % 16;
      int lane = place % 8 * 4 + k % 8 / 2;
      int word = k / 8 * 2 + place / 8;
      long at = at(i / 16, lane, word) + k % 2 * 2L;
      weights.set(SHORT, at, tensor.data().get(SHORT, from + 2L * i));
    }
  }

  private void bytes(
      int place, Tensor tensor, int tensorRow, MemorySegment weights, MemorySegment scales) {
    int block = tensor.dtype().blockBytes();
    for (int step = 0; step < steps; step++) {
      short half =
          hasScales(tensor.dtype())
              ? rescaled(
                  tensor.data().get(SHORT, tensorRow * tensor.rowBytes() + (long) step * block))
              : scaleOf(step * 32);
      scales.set(SHORT, (step * 16L + place) * Short.BYTES, half);
      float each = Float.float16ToFloat(half) * scale;
      for (int k = 0; k < 32; k++) {
        int lane = place % 8 * 4 + k % 16 / 4;
        int word = k / 16 * 2 + place / 8;
        int value = each == 0 ? 0 : Math.round(row[step * 32 + k] / each);
        weights.set(
            ValueLayout.JAVA_BYTE,
            at(step, lane, word) + k % 4,
            (byte) Math.clamp(value, -LARGEST - 1, LARGEST));
      }
    }
  }

  /** Where a lane's word of a step begins in a panel. */
  private static long at(int step, int lane, int word) {
    return (long) step * STEP_BYTES + lane * 16L + word * 4L;
  }

  /** A block's own scale, so that its values are kept to the bit. */
  private short rescaled(short half) {
    return scale == 1 ? half : Float.floatToFloat16(Float.float16ToFloat(half) / scale);
  }

  /** The scale with which the largest of 32 inputs is 127. */
  private short scaleOf(int begin) {
    float largest = 0;
    for (int i = begin; i < begin + 32; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    short half = Float.floatToFloat16(Math.min(largest / LARGEST / scale, 65504f));
    if (Float.float16ToFloat(half) * scale * (LARGEST + 0.49f) < largest && half < 0x7bff) {
      half++; // the next binary16: this one was rounded down, far down among the subnormals
    }
    return half;
  }
}
