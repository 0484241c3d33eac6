package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import org.junit.jupiter.api.Tag;

/** The CUDA backend on this machine's device. */
@Tag("gpu")
final class CudaContractTest extends BackendContract {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
