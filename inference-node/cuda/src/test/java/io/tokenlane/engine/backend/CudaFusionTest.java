package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import org.junit.jupiter.api.Tag;

/** Fused kernels on this machine's device. */
@Tag("gpu")
final class CudaFusionTest extends FusionKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
