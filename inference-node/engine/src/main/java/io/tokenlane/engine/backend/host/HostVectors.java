package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.tensor.Tensor;

/** Small weights, decoded once. */
final class HostVectors {
  private HostVectors() {}

  static void read(Tensor tensor, float[] out, int at) {
    for (int row = 0; row < tensor.rows(); row++) {
      tensor.decodeRow(row, out, at + row * tensor.columns());
    }
  }
}
