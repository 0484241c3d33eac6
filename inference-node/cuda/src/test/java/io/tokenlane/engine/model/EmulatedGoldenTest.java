package io.tokenlane.engine.model;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.engine.backend.BackendProvider;

/** Some goldens with the kernels computed by the CPU, which takes its time. */
final class EmulatedGoldenTest extends CudaGoldens {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }

  @Override
  int cases() {
    return 1;
  }

  @Override
  int tokens() {
    return 4;
  }
}
