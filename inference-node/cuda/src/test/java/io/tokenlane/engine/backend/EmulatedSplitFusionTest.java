package io.tokenlane.engine.backend;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.cuda.SplitProvider;

/** Fused kernels with split projections computed by the CPU. */
final class EmulatedSplitFusionTest extends FusionKit {
  @Override
  BackendProvider provider() {
    return new SplitProvider(new EmulatedProvider());
  }
}
