package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.tensor.Tensor;

/** Small weights, decoded once. */
final class HostVectors {
  private HostVectors() {}

  static void read(Tensor tensor, float[] out, int at) {
    for (int i = 0; i < tensor.elements(); i++) {
      out[at + i] = tensor.floatAt(i);
    }
  }
}
