package io.tokenlane.engine.model;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.engine.backend.BackendProvider;
import org.junit.jupiter.api.Tag;

/** Tiles that are tried on this machine's device. */
@Tag("gpu")
final class CudaTunedTest extends TunedKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
