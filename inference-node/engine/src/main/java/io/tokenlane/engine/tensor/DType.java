package io.tokenlane.engine.tensor;

/**
 * How the elements of a tensor are stored, little-endian. Quantised types store a row in blocks: a
 * row's length is then a multiple of {@link #blockSize()}.
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32(1, 4),
  /** IEEE 754 binary16. */
  F16(1, 2),
  /** The upper half of a binary32. */
  BF16(1, 2),
  /** 32 signed bytes behind one binary16 scale: {@code value = scale * byte}. */
  Q8_0(32, 34),
  /** 32 values of 4 bits behind one binary16 scale: {@code value = scale * (bits - 8)}. */
  Q4_0(32, 18),
  /** 8 groups of 32 values of 4 bits, each with a 6-bit scale and a 6-bit minimum. */
  Q4_K(256, 144),
  /** As {@link #Q4_K}, with 5 bits. */
  Q5_K(256, 176),
  /** 16 groups of 16 values of 6 bits, each with an 8-bit scale. */
  Q6_K(256, 210);

  private final int blockSize;
  private final int blockBytes;

  DType(int blockSize, int blockBytes) {
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** Elements of a block; 1 for types without blocks. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code elements} elements.
   *
   * @param elements a multiple of {@link #blockSize()}
   * @throws ArithmeticException if the result does not fit a long
   */
  public long bytes(long elements) {
    return Math.multiplyExact(elements / blockSize, (long) blockBytes);
  }
}
