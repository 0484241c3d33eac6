package io.tokenlane.engine.backend;

import io.tokenlane.cuda.EmulatedProvider;

/** Tiles with the kernels computed by the CPU. */
final class EmulatedTileTest extends TileKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }
}
