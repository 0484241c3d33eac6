package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import org.junit.jupiter.api.Tag;

/** Long sequences on this machine's device. */
@Tag("gpu")
final class CudaPartitionTest extends PartitionKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
