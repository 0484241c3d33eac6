package io.tokenlane.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A named array of weights, row-major: the last dimension is contiguous. Immutable; its memory
 * belongs to the checkpoint it came from and is readable until that is closed.
 */
public final class Tensor {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final DType dtype;
  private final int[] shape;
  private final MemorySegment data;

  /**
   * @param shape dimensions, outermost first, each at least 1; the last one is a multiple of the
   *     type's block size
   * @param data exactly the bytes of that many elements; need not be aligned
   * @throws IllegalArgumentException if shape and data do not fit each other
   */
  public Tensor(String name, DType dtype, int[] shape, MemorySegment data) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.data = data;
    if (columns() % dtype.blockSize() != 0) {
      throw new IllegalArgumentException(
          "%s: row length %d (expected: a multiple of %d for %s)"
              .formatted(name, columns(), dtype.blockSize(), dtype));
    }
    if (data.byteSize() != dtype.bytes(elements())) {
      throw new IllegalArgumentException(
          "%s: %d bytes (expected: %d for %s %s)"
              .formatted(name, data.byteSize(), dtype.bytes(elements()), dtype, shapeText()));
    }
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** How its elements are stored. */
  public DType dtype() {
    return dtype;
  }

  /** Its bytes. */
  public MemorySegment data() {
    return data;
  }

  /**
   * Gives back the memory of a mapped file's pages, as when the weights were copied. They can still
   * be read, at the cost of reading the file again.
   */
  public void release() {
    Pages.release(data);
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** Length of the last dimension; 1 for a scalar. */
  public int columns() {
    return shape.length == 0 ? 1 : shape[shape.length - 1];
  }

  /** Elements over {@link #columns()}: rows of a matrix, 1 for a vector. */
  public int rows() {
    return Math.toIntExact(elements() / columns());
  }

  /** Bytes of one row of {@link #columns()} elements. */
  public long rowBytes() {
    return dtype.bytes(columns());
  }

  /** Number of elements. */
  public long elements() {
    long product = 1;
    for (int dimension : shape) {
      product = Math.multiplyExact(product, (long) dimension);
    }
    return product;
  }

  /**
   * One element as float32. Decodes its whole block: {@link #decodeRow} is faster for many.
   *
   * @param index 0 to {@code elements() - 1}, row-major
   */
  public float floatAt(long index) {
    return switch (dtype) {
      case F32 -> f32(index);
      case F16 -> f16(index);
      case BF16 -> bf16(index);
      case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> inBlock(index);
    };
  }

  /** Decodes row {@code row} to {@code out[at] ..}. */
  public void decodeRow(int row, float[] out, int at) {
    int columns = columns();
    long first = (long) row * columns;
    switch (dtype) {
      case F32 -> {
        for (int i = 0; i < columns; i++) {
          out[at + i] = f32(first + i);
        }
      }
      case F16 -> {
        for (int i = 0; i < columns; i++) {
          out[at + i] = f16(first + i);
        }
      }
      case BF16 -> {
        for (int i = 0; i < columns; i++) {
          out[at + i] = bf16(first + i);
        }
      }
      case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> {
        for (int i = 0; i < columns; i += dtype.blockSize()) {
          Blocks.decode(dtype, data, dtype.bytes(first + i), out, at + i);
        }
      }
    }
  }

  private float f32(long index) {
    return data.get(FLOAT, index * 4);
  }

  private float f16(long index) {
    return Float.float16ToFloat(data.get(SHORT, index * 2));
  }

  private float bf16(long index) {
    return Float.intBitsToFloat(data.get(SHORT, index * 2) << 16);
  }

  private float inBlock(long index) {
    float[] block = new float[dtype.blockSize()];
    Blocks.decode(dtype, data, dtype.bytes(index), block, 0);
    return block[(int) (index % dtype.blockSize())];
  }

  /** Whether it has exactly these dimensions. */
  public boolean hasShape(int... dimensions) {
    return Arrays.equals(shape, dimensions);
  }

  /** Its dimensions as text, such as {@code [1601, 192]}. */
  public String shapeText() {
    return Arrays.stream(shape)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + shapeText();
  }
}
