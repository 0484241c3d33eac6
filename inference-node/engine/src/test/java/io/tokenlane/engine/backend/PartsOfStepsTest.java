package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that leave a step, and projections of which only the last outputs are wanted. */
final class PartsOfStepsTest {
  private static final int WIDTH = 64;
  private static final int OUTPUTS = 90;
  private static final int ROWS = 7;

  private final Random random = new Random(8);

  @ParameterizedTest
  @CsvSource({"scalar, AS_STORED", "vector, AS_STORED", "vector, INT8"})
  void remainingRowsComeOutTheSame(String name, WeightFormat format) {
    try (Backend backend = Backends.select(name, new BackendOptions(2, format)).backend()) {
      assertThat(backend.gathers()).isTrue();
      Linear table = backend.table(tensor(ROWS, WIDTH));
      Linear weight = backend.linear(List.of(tensor(OUTPUTS, WIDTH)), List.of());
      Norm norm = backend.norm(tensor(1, WIDTH), 1e-5f);
      Rows in = backend.rows(ROWS, WIDTH);
      Rows out = backend.rows(ROWS, OUTPUTS);
      Batch batch = batch();
      backend.begin(batch);
      backend.embed(table, 1, in);
      backend.normProject(in, norm, weight, out);
      float[][] whole = new float[ROWS][OUTPUTS];
      for (int row = 0; row < ROWS; row++) {
        backend.read(out, row, whole[row]);
      }
      int[] kept = {1, 2, 5};
      Batch some = new Batch(batch);
      some.take(batch, kept, kept.length);
      backend.gather(in, kept, kept.length, in, 0);
      backend.begin(some);
      int first = 50;
      backend.normProjectFrom(in, norm, weight, first, out);
      float[] row = new float[OUTPUTS];
      for (int i = 0; i < kept.length; i++) {
        backend.read(out, i, row);
        for (int at = first; at < OUTPUTS; at++) {
          assertThat(row[at]).isEqualTo(whole[kept[i]][at]);
        }
      }
    }
  }

  private static Batch batch() {
    Batch batch = new Batch(ROWS, ROWS, 1, 4);
    for (int row = 0; row < ROWS; row++) {
      batch.beginSequence(new int[] {row}, 1);
      batch.addRow(row, 1, false);
    }
    return batch;
  }

  private Tensor tensor(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    int[] shape = rows == 1 ? new int[] {columns} : new int[] {rows, columns};
    return new Tensor("random", DType.F32, shape, MemorySegment.ofArray(values));
  }
}
