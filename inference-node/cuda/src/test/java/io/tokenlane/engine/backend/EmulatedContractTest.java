package io.tokenlane.engine.backend;

import io.tokenlane.cuda.EmulatedProvider;

/** The CUDA backend's kernels, computed by the CPU. */
final class EmulatedContractTest extends BackendContract {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
