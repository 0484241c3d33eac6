package io.tokenlane.cuda;

import io.tokenlane.engine.backend.BackendProvider;
import org.junit.jupiter.api.Tag;

/** Sampling on this machine's device. */
@Tag("gpu")
final class CudaSamplingTest extends SamplingKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
