package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.cuda.EmulatedProvider;
import org.junit.jupiter.api.AfterAll;

/** Tiles with the kernels computed by the CPU. */
final class EmulatedTileTest extends TileKit {
  @Override
  BackendProvider provider() {
    return new EmulatedProvider();
  }

  @AfterAll
  static void noneWasLeftOut() {
    assertThat(EmulatedProvider.notRun("project_(f32|.*_(lone|normed|\\d).*)")).isEmpty();
  }
}
