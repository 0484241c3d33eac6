package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import java.util.Optional;

/** Makes the vector backend, where the JVM was started with the Vector API. */
public final class VectorProvider implements BackendProvider {

  @Override
  public String name() {
    return VectorBackend.NAME;
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Optional<String> unavailable() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? Optional.empty()
        : Optional.of("the JVM runs without --add-modules jdk.incubator.vector");
  }

  @Override
  public Backend create(BackendOptions options) {
    return new VectorBackend(options, Int8Kernels.best());
  }
}
