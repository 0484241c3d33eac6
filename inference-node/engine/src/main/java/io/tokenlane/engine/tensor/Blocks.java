package io.tokenlane.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Blocks of quantised values as ggml stores them (github.com/ggml-org/ggml, {@code ggml-common.h}
 * for the layouts, {@code ggml-quants.c} for what they stand for), in float32 and with its order of
 * operations, so that values are the reference's to the bit.
 *
 * <p>K-quants are blocks of 256 values in groups with small integer scales of their own; one or two
 * binary16 numbers scale those.
 */
final class Blocks {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int K_GROUPS = 8;
  private static final int K_GROUP = 32;
  private static final int Q6_GROUPS = 16;
  private static final int Q6_GROUP = 16;

  private Blocks() {}

  /** Decodes the block that begins {@code at} bytes into the data to {@code out[to] ..}. */
  static void decode(DType dtype, MemorySegment data, long at, float[] out, int to) {
    switch (dtype) {
      case Q8_0 -> q8(data, at, out, to);
      case Q4_0 -> q4(data, at, out, to);
      case Q4_K -> q4K(data, at, out, to);
      case Q5_K -> q5K(data, at, out, to);
      case Q6_K -> q6K(data, at, out, to);
      case F32, F16, BF16 -> throw new IllegalArgumentException(dtype + " (expected: blocks)");
    }
  }

  private static void q8(MemorySegment data, long at, float[] out, int to) {
    float scale = half(data, at);
    for (int i = 0; i < 32; i++) {
      out[to + i] = scale * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
    }
  }

  /** Low halves of the bytes are the first 16 values, high halves the others. */
  private static void q4(MemorySegment data, long at, float[] out, int to) {
    float scale = half(data, at);
    for (int i = 0; i < 16; i++) {
      int pair = unsigned(data, at + 2 + i);
      out[to + i] = ((pair & 15) - 8) * scale;
      out[to + 16 + i] = ((pair >>> 4) - 8) * scale;
    }
  }

  /** Scale, scale of minima, 12 bytes of both for each group, 4 bits of each value. */
  private static void q4K(MemorySegment data, long at, float[] out, int to) {
    for (int group = 0; group < K_GROUPS; group++) {
      float step = half(data, at) * groupScale(data, at + 4, group);
      float least = half(data, at + 2) * groupLeast(data, at + 4, group);
      long low = at + 16 + group / 2 * (long) K_GROUP;
      int shift = group % 2 * 4;
      int begin = to + group * K_GROUP;
      for (int i = 0; i < K_GROUP; i++) {
        int quant = (unsigned(data, low + i) >>> shift) & 15;
        out[begin + i] = step * quant - least;
      }
    }
  }

  /** As {@link #q4K}, with the fifth bits between: byte i has that of value i of each group. */
  private static void q5K(MemorySegment data, long at, float[] out, int to) {
    for (int group = 0; group < K_GROUPS; group++) {
      float step = half(data, at) * groupScale(data, at + 4, group);
      float least = half(data, at + 2) * groupLeast(data, at + 4, group);
      long low = at + 48 + group / 2 * (long) K_GROUP;
      int shift = group % 2 * 4;
      int begin = to + group * K_GROUP;
      for (int i = 0; i < K_GROUP; i++) {
        int fifth = (unsigned(data, at + 16 + i) >>> group) & 1;
        int quant = ((unsigned(data, low + i) >>> shift) & 15) | (fifth << 4);
        out[begin + i] = step * quant - least;
      }
    }
  }

  /**
   * 128 bytes of low bits, 64 of two high bits, 16 signed scales, one scale of those. Each half of
   * the block has its own half of the bits: a byte's four low bits are of values 64 apart, its two
   * high bits of values 32 apart.
   */
  private static void q6K(MemorySegment data, long at, float[] out, int to) {
    float scale = half(data, at + 208);
    for (int group = 0; group < Q6_GROUPS; group++) {
      float step = scale * data.get(ValueLayout.JAVA_BYTE, at + 192 + group);
      int half = group / 8;
      int quarter = group % 8 / 2;
      int within = group % 2 * Q6_GROUP;
      long low = at + half * 64L + quarter % 2 * 32L + within;
      long high = at + 128 + half * 32L + within;
      for (int i = 0; i < Q6_GROUP; i++) {
        int lowBits = (unsigned(data, low + i) >>> (quarter / 2 * 4)) & 15;
        int highBits = (unsigned(data, high + i) >>> (quarter * 2)) & 3;
        out[to + group * Q6_GROUP + i] = step * ((lowBits | (highBits << 4)) - 32);
      }
    }
  }

  /** 6 bits: of byte {@code group}, or for the last four groups 4 bits and 2 that others left. */
  private static int groupScale(MemorySegment data, long packed, int group) {
    return group < 4
        ? unsigned(data, packed + group) & 63
        : (unsigned(data, packed + group + 4) & 15)
            | (unsigned(data, packed + group - 4) >>> 6 << 4);
  }

  /** As {@link #groupScale}, of the bytes and the bits beside it. */
  private static int groupLeast(MemorySegment data, long packed, int group) {
    return group < 4
        ? unsigned(data, packed + group + 4) & 63
        : (unsigned(data, packed + group + 4) >>> 4) | (unsigned(data, packed + group) >>> 6 << 4);
  }

  private static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  private static int unsigned(MemorySegment data, long at) {
    return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
  }
}
