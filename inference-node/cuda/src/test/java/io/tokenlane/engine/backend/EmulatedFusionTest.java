package io.tokenlane.engine.backend;

import io.tokenlane.cuda.EmulatedProvider;

/** Fused kernels computed by the CPU. */
final class EmulatedFusionTest extends FusionKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
