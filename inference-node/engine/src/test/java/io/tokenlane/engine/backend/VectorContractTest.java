package io.tokenlane.engine.backend;

import io.tokenlane.engine.backend.vector.VectorProvider;

final class VectorContractTest extends BackendContract {
  @Override
  BackendProvider provider() {
    return new VectorProvider();
  }
}
