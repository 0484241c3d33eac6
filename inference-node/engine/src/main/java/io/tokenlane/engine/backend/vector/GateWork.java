package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.x86.AssembledGate;
import io.tokenlane.engine.tensor.Activation;

/** Activations of gates times what they gate, split by rows. */
final class GateWork implements Workers.Work {
  /** One for each thread; none where there is no machine code. */
  private final AssembledGate[] codes;

  private HostRows gateUp = HostRows.NONE;
  private HostRows out = HostRows.NONE;
  private Activation activation = Activation.SILU;

  GateWork(int threads, boolean assembled) {
    codes = new AssembledGate[assembled ? threads : 0];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = new AssembledGate();
    }
  }

  void set(HostRows from, Activation nextActivation, HostRows to) {
    gateUp = from;
    out = to;
    activation = nextActivation;
  }

  @Override
  public void run(int row, int thread) {
    int width = out.width();
    int at = row * width;
    if (activation == Activation.GELU_TANH) {
      Elementwise.geGlu(gateUp.values, 2 * at, out.values, at, width);
    } else if (codes.length > 0 && AssembledGate.takes(width)) {
      codes[thread].swiGlu(gateUp.segment, 2 * at, out.segment, at, width);
    } else {
      Elementwise.swiGlu(gateUp.values, 2 * at, out.values, at, width);
    }
  }
}
