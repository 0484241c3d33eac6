package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.cuda.SplitProvider;
import org.junit.jupiter.api.AfterAll;

/** Tiles of split projections computed by the CPU. */
final class EmulatedSplitTileTest extends TileKit {
  @Override
  BackendProvider provider() {
    return new SplitProvider(new EmulatedProvider());
  }

  @AfterAll
  static void noneWasLeftOut() {
    assertThat(EmulatedProvider.notRun("project_.*_split.*")).isEmpty();
  }
}
