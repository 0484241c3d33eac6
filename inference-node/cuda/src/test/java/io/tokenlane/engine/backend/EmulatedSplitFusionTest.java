package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.cuda.EmulatedProvider;
import io.tokenlane.cuda.SplitProvider;
import org.junit.jupiter.api.AfterAll;

/** Fused kernels with split projections computed by the CPU. */
final class EmulatedSplitFusionTest extends FusionKit {
  @Override
  BackendProvider provider() {
    return new SplitProvider(new EmulatedProvider());
  }

  @AfterAll
  static void noHeadedKernelWasLeftOut() {
    assertThat(EmulatedProvider.notRun("project_.*_headed.*")).isEmpty();
  }
}
