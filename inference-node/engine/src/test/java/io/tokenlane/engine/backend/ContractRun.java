package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** Puts known rows on a backend and reads rows back, by nothing but its interface. */
final class ContractRun {
  final Backend backend;
  final Batch batch;
  final int rows;

  /** A step of one sequence with so many rows, begun. */
  ContractRun(Backend backend, int rows) {
    this.backend = backend;
    this.rows = rows;
    batch = new Batch(rows, 1, rows, 1);
    batch.beginSequence(IntStream.range(0, rows).toArray(), rows);
    for (int row = 0; row < rows; row++) {
      batch.addRow(row, row, true);
    }
    backend.begin(batch);
  }

  /** Rows that hold these values: token r is row r. */
  Rows feed(float[] values) {
    int width = values.length / rows;
    Rows fed = backend.rows(rows, width);
    backend.embed(table(backend, values, width), 1, fed);
    return fed;
  }

  static Linear table(Backend backend, float[] values, int width) {
    int[] shape = {values.length / width, width};
    Tensor table = new Tensor("table", DType.F32, shape, MemorySegment.ofArray(values));
    return backend.table(table);
  }

  float[] read(Rows from, int row) {
    float[] values = new float[from.width()];
    backend.read(from, row, values);
    return values;
  }

  static Norm norm(Backend backend, float[] gain, float epsilon) {
    int[] shape = {gain.length};
    return backend.norm(new Tensor("gain", DType.F32, shape, MemorySegment.ofArray(gain)), epsilon);
  }
}
