package io.tokenlane.engine.model;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.engine.backend.BackendProvider;

/** Every architecture with the kernels computed by the CPU. */
final class EmulatedReferenceTest extends ReferenceKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }

  @Override
  int tokens() {
    return 2;
  }
}
