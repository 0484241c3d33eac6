package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.tensor.Activation;

/** Activations of gates times what they gate, split by rows. */
final class GateWork implements Workers.Work {
  private float[] gateUp = {};
  private float[] out = {};
  private int width;
  private Activation activation = Activation.SILU;

  void set(HostRows from, Activation nextActivation, HostRows to) {
    gateUp = from.values;
    out = to.values;
    width = to.width();
    activation = nextActivation;
  }

  @Override
  public void run(int row, int thread) {
    int at = row * width;
    switch (activation) {
      case SILU -> Elementwise.swiGlu(gateUp, 2 * at, out, at, width);
      case GELU_TANH -> Elementwise.geGlu(gateUp, 2 * at, out, at, width);
    }
  }
}
