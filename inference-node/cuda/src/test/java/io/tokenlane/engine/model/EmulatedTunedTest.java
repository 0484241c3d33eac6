package io.tokenlane.engine.model;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.engine.backend.BackendProvider;

/** Tiles that are tried, with the kernels computed by the CPU. */
final class EmulatedTunedTest extends TunedKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
