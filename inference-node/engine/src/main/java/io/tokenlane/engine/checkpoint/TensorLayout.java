package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places a file's tensors in its data: inside it, of the right size, none twice, none over another.
 */
final class TensorLayout {
  private final String file;
  private final MemorySegment data;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<Extent> extents = new ArrayList<>();

  private record Extent(String name, long begin, long end) {}

  TensorLayout(String file, MemorySegment data) {
    this.file = file;
    this.data = data;
  }

  /** Adds a tensor that begins {@code offset} bytes into the data. */
  void add(String name, DType dtype, int[] shape, long offset) {
    int columns = shape.length == 0 ? 1 : shape[shape.length - 1];
    if (columns % dtype.blockSize() != 0) {
      throw CheckpointException.of(
          file,
          name + " row length",
          columns,
          "a multiple of " + dtype.blockSize() + " for " + dtype);
    }
    long bytes = bytes(name, dtype, shape);
    claim(name, offset, bytes);
    tensors.put(name, new Tensor(name, dtype, shape, data.asSlice(offset, bytes)));
  }

  /** Notes that the bytes belong to a tensor, read or not. */
  void claim(String name, long offset, long bytes) {
    if (tensors.containsKey(name)) {
      throw CheckpointException.of(file, name, "twice", "each tensor once");
    }
    if (offset < 0 || offset > data.byteSize() - bytes) {
      throw CheckpointException.of(
          file,
          name + " offset",
          Long.toUnsignedString(offset),
          "%d bytes inside the data of %d bytes; is the file truncated?"
              .formatted(bytes, data.byteSize()));
    }
    extents.add(new Extent(name, offset, offset + bytes));
  }

  /** All tensors; refuses overlaps. */
  Map<String, Tensor> tensors() {
    extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
    for (int i = 1; i < extents.size(); i++) {
      Extent before = extents.get(i - 1);
      Extent after = extents.get(i);
      if (after.begin < before.end) {
        throw CheckpointException.of(
            file,
            after.name + " offset",
            after.begin,
            "%d or more, behind %s"
                .formatted(before.end, CheckpointException.printable(before.name)));
      }
    }
    return tensors;
  }

  private long bytes(String name, DType dtype, int[] shape) {
    long elements = 1;
    for (int dimension : shape) {
      if (elements > data.byteSize() * dtype.blockSize() / dimension) {
        throw CheckpointException.of(
            file,
            name + " shape",
            shapeText(shape),
            "no more than the data of %d bytes; is the file truncated?".formatted(data.byteSize()));
      }
      elements *= dimension;
    }
    return dtype.bytes(elements);
  }

  private static String shapeText(int[] shape) {
    return Arrays.toString(shape);
  }
}
