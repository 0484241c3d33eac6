package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import org.junit.jupiter.api.Tag;

/** Tiles on this machine's device. */
@Tag("gpu")
final class CudaTileTest extends TileKit {
  @Override
  BackendProvider provider() {
    return new CudaProvider();
  }
}
