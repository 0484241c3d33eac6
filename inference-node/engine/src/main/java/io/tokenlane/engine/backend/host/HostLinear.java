package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.util.List;

/** Matrices read in place, whose rows together form one. */
public final class HostLinear implements Linear {
  /** A matrix without rows. */
  public static final HostLinear NONE = new HostLinear(List.of(), List.of());

  private final Tensor[] parts;
  private final int[] firstRow;
  private final int inputs;
  private final float[] bias;

  /**
   * @param parts matrices of the same row length
   * @param biases empty, or one vector for each part
   */
  public HostLinear(List<Tensor> parts, List<Tensor> biases) {
    this.parts = parts.toArray(new Tensor[0]);
    firstRow = new int[this.parts.length + 1];
    inputs = parts.isEmpty() ? 0 : parts.getFirst().columns();
    for (int i = 0; i < this.parts.length; i++) {
      Tensor part = this.parts[i];
      if (part.columns() != inputs) {
        throw new IllegalArgumentException(
            "%s: row length %d (expected: %d)".formatted(part.name(), part.columns(), inputs));
      }
      firstRow[i + 1] = Math.addExact(firstRow[i], part.rows());
    }
    bias = bias(biases, outputs());
  }

  private static float[] bias(List<Tensor> biases, int outputs) {
    float[] bias = new float[biases.isEmpty() ? 0 : outputs];
    int at = 0;
    for (Tensor tensor : biases) {
      HostVectors.read(tensor, bias, at);
      at += Math.toIntExact(tensor.elements());
    }
    return bias;
  }

  /** The handle as what it is on this backend. */
  public static HostLinear of(Linear linear) {
    return (HostLinear) linear;
  }

  @Override
  public int outputs() {
    return firstRow[parts.length];
  }

  @Override
  public int inputs() {
    return inputs;
  }

  /** Number of matrices. */
  public int parts() {
    return parts.length;
  }

  /** Matrix {@code index}. */
  public Tensor part(int index) {
    return parts[index];
  }

  /** The row that matrix {@code index} begins at; for {@link #parts()} the number of rows. */
  public int firstRow(int index) {
    return firstRow[index];
  }

  /** The matrix that a row belongs to. */
  public int partOf(int row) {
    int part = 0;
    while (row >= firstRow[part + 1]) {
      part++;
    }
    return part;
  }

  /** What is added to each row's result; empty without a bias. */
  public float[] bias() {
    return bias;
  }

  /** Gives back the pages of mapped files, as the matrices are copied elsewhere. */
  public void release() {
    for (Tensor part : parts) {
      part.release();
    }
  }

  /** Whether a matrix is of this type. */
  public boolean has(DType dtype) {
    for (Tensor part : parts) {
      if (part.dtype() == dtype) {
        return true;
      }
    }
    return false;
  }
}
