package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.engine.backend.scalar.ScalarProvider;
import io.tokenlane.engine.backend.vector.VectorProvider;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BackendsTest {
  private static final BackendOptions OPTIONS = new BackendOptions(1);

  /** A device that this machine does not have. */
  private record Absent() implements BackendProvider {
    @Override
    public String name() {
      return "cuda";
    }

    @Override
    public int preference() {
      return 100;
    }

    @Override
    public Optional<String> unavailable() {
      return Optional.of("no device");
    }

    @Override
    public Backend create(BackendOptions options) {
      throw new AssertionError("must not be started");
    }
  }

  @Test
  void autoTakesTheBestThatRunsAndSaysWhatDoesNot() {
    var providers = List.of(new Absent(), new VectorProvider(), new ScalarProvider());
    Backends.Selection selection = Backends.select(Backends.AUTO, OPTIONS, providers);
    try (Backend backend = selection.backend()) {
      assertThat(backend.name()).isEqualTo("vector");
      assertThat(selection.reason())
          .startsWith("vector (")
          .endsWith("1 threads), the best available; not cuda: no device");
    }
  }

  @Test
  void findsTheCpuBackendsBestFirst() {
    assertThat(Backends.providers()).extracting(BackendProvider::name).contains("vector", "scalar");
    Backends.Selection selection = Backends.select("scalar", OPTIONS);
    try (Backend backend = selection.backend()) {
      assertThat(backend.name()).isEqualTo("scalar");
      assertThat(selection.reason()).contains("as configured");
    }
  }

  @Test
  void refusesWhatDoesNotExistOrDoesNotRun() {
    List<BackendProvider> providers = List.of(new Absent(), new ScalarProvider());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.select("tpu", OPTIONS, providers))
        .withMessage("backend: tpu (expected: auto, scalar)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.select("cuda", OPTIONS, providers))
        .withMessage("backend: cuda cannot run: no device (expected: auto, scalar)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BackendOptions(0))
        .withMessage("threads: 0 (expected: 1 to 1024)");
  }
}
