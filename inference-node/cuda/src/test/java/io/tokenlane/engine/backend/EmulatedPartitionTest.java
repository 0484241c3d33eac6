package io.tokenlane.engine.backend;

import io.tokenlane.cuda.EmulatedProvider;

/** Long sequences with the kernels computed by the CPU. */
final class EmulatedPartitionTest extends PartitionKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
