package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.cuda.SplitProvider;
import org.junit.jupiter.api.Tag;

/** Fused kernels with split projections on this machine's device. */
@Tag("gpu")
final class CudaSplitFusionTest extends FusionKit {
  @Override
  BackendProvider provider() {
    return new SplitProvider(new CudaProvider());
  }
}
