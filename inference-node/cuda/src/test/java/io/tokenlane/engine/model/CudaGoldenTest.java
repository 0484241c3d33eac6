package io.tokenlane.engine.model;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.engine.backend.BackendProvider;
import org.junit.jupiter.api.Tag;

/** All goldens on this machine's device, or so many as {@code tokenlane.cuda.cases} says. */
@Tag("gpu")
final class CudaGoldenTest extends CudaGoldens {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }

  @Override
  int cases() {
    return Integer.getInteger("tokenlane.cuda.cases", Integer.MAX_VALUE);
  }

  @Override
  int tokens() {
    return Integer.MAX_VALUE;
  }
}
