package io.tokenlane.cuda;

import io.tokenlane.engine.backend.BackendProvider;

/** Sampling with the kernel computed by the CPU. */
final class EmulatedSamplingTest extends SamplingKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
