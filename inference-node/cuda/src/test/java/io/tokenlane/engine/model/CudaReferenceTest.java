package io.tokenlane.engine.model;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.engine.backend.BackendProvider;
import org.junit.jupiter.api.Tag;

/** Every architecture on this machine's device. */
@Tag("gpu")
final class CudaReferenceTest extends ReferenceKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }

  @Override
  int tokens() {
    return Integer.MAX_VALUE;
  }
}
