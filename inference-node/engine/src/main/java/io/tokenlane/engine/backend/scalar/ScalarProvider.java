package io.tokenlane.engine.backend.scalar;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import java.util.Optional;

/** Makes the scalar backend, which runs everywhere. */
public final class ScalarProvider implements BackendProvider {

  @Override
  public String name() {
    return ScalarBackend.NAME;
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public Backend create(BackendOptions options) {
    return new ScalarBackend();
  }
}
