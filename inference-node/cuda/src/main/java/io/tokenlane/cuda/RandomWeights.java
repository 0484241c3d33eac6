package io.tokenlane.cuda;

import io.tokenlane.engine.model.Part;
import io.tokenlane.engine.model.Weights;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tensors of any shape whose numbers nobody reads, as the device makes its own: all matrices are
 * the same empty pages of a sparse file, all gains are 1.
 */
final class RandomWeights implements Weights, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment empty;

  /**
   * @param largest elements of the largest matrix
   */
  @SuppressWarnings("MustBeClosedChecker") // closed with this
  RandomWeights(long largest) {
    empty = map(DType.BF16.bytes(largest), arena);
  }

  private static MemorySegment map(long bytes, Arena arena) {
    try {
      Path file = Files.createTempFile("tokenlane-random", ".bin");
      try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
        opened.setLength(bytes);
        return opened.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("random weights: " + e.getMessage(), e);
    }
  }

  @Override
  public Tensor require(Part part, int layer, int... shape) {
    if (shape.length == 1) {
      float[] ones = new float[shape[0]];
      Arrays.fill(ones, 1);
      return new Tensor(part.name(), DType.F32, shape, MemorySegment.ofArray(ones));
    }
    long bytes = DType.BF16.bytes((long) shape[0] * shape[1]);
    return new Tensor(part.name(), DType.BF16, shape, empty.asSlice(0, bytes));
  }

  /** Gate and up projections lie apart, queries, keys and values too; nothing has a bias. */
  @Override
  public Optional<Tensor> find(Part part, int layer, int... shape) {
    return part == Part.GATE ? Optional.of(require(part, layer, shape)) : Optional.empty();
  }

  @Override
  public void close() {
    arena.close();
  }
}
