package io.tokenlane.engine.backend;

import io.tokenlane.cuda.CudaProvider;
import io.tokenlane.cuda.SplitProvider;
import org.junit.jupiter.api.Tag;

/** Tiles of split projections on this machine's device. */
@Tag("gpu")
final class CudaSplitTileTest extends TileKit {
  @Override
  BackendProvider provider() {
    return new SplitProvider(new CudaProvider());
  }
}
