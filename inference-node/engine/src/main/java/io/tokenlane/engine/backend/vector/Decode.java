package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ShortVector;

/** Rows of weights as float32. */
final class Decode {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private Decode() {}

  /** Decodes a row to {@code out[at] ..}. */
  static void row(Tensor tensor, int row, float[] out, int at) {
    MemorySegment data = tensor.data();
    long offset = row * tensor.rowBytes();
    int count = tensor.columns();
    switch (tensor.dtype()) {
      case F32 -> MemorySegment.copy(data, Lanes.FLOAT, offset, out, at, count);
      case F16 -> float16(data, offset, out, at, count);
      case BF16 -> bfloat16(data, offset, out, at, count);
      case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> tensor.decodeRow(row, out, at);
    }
  }

  private static void float16(MemorySegment data, long offset, float[] out, int at, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      ShortVector halves =
          ShortVector.fromMemorySegment(Lanes.HALF_SHORTS, data, offset + 2L * i, ORDER);
      Lanes.float16(halves).intoArray(out, at + i);
    }
    for (; i < count; i++) {
      out[at + i] = Float.float16ToFloat(data.get(Lanes.SHORT, offset + 2L * i));
    }
  }

  private static void bfloat16(MemorySegment data, long offset, float[] out, int at, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      ShortVector halves =
          ShortVector.fromMemorySegment(Lanes.HALF_SHORTS, data, offset + 2L * i, ORDER);
      Lanes.bfloat16(halves).intoArray(out, at + i);
    }
    for (; i < count; i++) {
      out[at + i] = Float.intBitsToFloat(data.get(Lanes.SHORT, offset + 2L * i) << 16);
    }
  }
}
