package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** Random weights of every type. */
final class RandomTensors {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final RandomGenerator random;

  RandomTensors(RandomGenerator random) {
    this.random = random;
  }

  /** Columns that the type can have, about {@code wanted}. */
  static int columns(DType dtype, int wanted) {
    return Math.max(1, wanted / dtype.blockSize()) * dtype.blockSize();
  }

  Tensor matrix(DType dtype, int rows, int columns) {
    return tensor(dtype, rows, columns);
  }

  Tensor vector(int length) {
    return tensor(DType.F32, length);
  }

  private Tensor tensor(DType dtype, int... shape) {
    long elements = 1;
    for (int dimension : shape) {
      elements *= dimension;
    }
    MemorySegment data = Arena.ofAuto().allocate(dtype.bytes(elements), 64);
    for (long block = 0; block < elements / dtype.blockSize(); block++) {
      fill(dtype, data.asSlice(block * dtype.blockBytes(), dtype.blockBytes()));
    }
    return new Tensor("random", dtype, shape, data);
  }

  private void fill(DType dtype, MemorySegment block) {
    float value = (float) random.nextGaussian();
    switch (dtype) {
      case F32 -> block.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
      case F16 -> block.set(SHORT, 0, Float.floatToFloat16(value * scale()));
      case BF16 -> block.set(SHORT, 0, (short) (Float.floatToRawIntBits(value) >>> 16));
      case Q8_0, Q4_0 -> fillBlock(block, value, 0);
      case Q4_K, Q5_K -> fillBlock(block, value, 0, 2);
      case Q6_K -> fillBlock(block, value, 208);
    }
  }

  /** Any bits, but for the scales. */
  private void fillBlock(MemorySegment block, float value, int... scales) {
    for (long i = 0; i < block.byteSize(); i++) {
      block.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(-128, 128));
    }
    for (int scale : scales) {
      block.set(SHORT, scale, Float.floatToFloat16(value / 100));
    }
  }

  /** Now and then so small that a binary16 is subnormal. */
  private float scale() {
    return random.nextInt(20) == 0 ? 1e-6f : 1;
  }

  float[] floats(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
