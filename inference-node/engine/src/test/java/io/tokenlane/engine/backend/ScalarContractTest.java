package io.tokenlane.engine.backend;

import io.tokenlane.engine.backend.scalar.ScalarProvider;

final class ScalarContractTest extends BackendContract {
  @Override
  BackendProvider provider() {
    return new ScalarProvider();
  }
}
