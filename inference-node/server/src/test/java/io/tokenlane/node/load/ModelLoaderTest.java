package io.tokenlane.node.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelLoaderTest {

  @Test
  void servesTheEmbeddedModel() {
    try (LoadedModel model = load(settings(Optional.empty(), true))) {
      assertThat(model.name()).isEqualTo("tokenlane-demo");
      assertThat(model.stopTokens()).containsExactly(2);
      assertThat(model.contextLength()).isEqualTo(1024);
    }
  }

  @Test
  void leavesNoCopyOfTheEmbeddedModelBehind() {
    try (Checkpoint checkpoint = EmbeddedModel.open()) {
      assertThat(checkpoint.path()).doesNotExist();
    }
  }

  @Test
  void warmsUp() {
    try (LoadedModel model = load(settings(Optional.empty(), true))) {
      assertThat(model.engine().stats().generatedTokens()).isPositive();
      assertThat(model.engine().stats().running()).isZero();
    }
  }

  @Test
  void namesAModelAfterItsFile() {
    try (LoadedModel model = load(settings(Optional.of(shared("demo/demo-f16.gguf")), false))) {
      assertThat(model.name()).isEqualTo("demo-f16");
      assertThat(model.facts().parameters()).isBetween(3_000_000L, 4_000_000L);
    }
  }

  @Test
  void tellsHowFarItIs() {
    List<Integer> done = new ArrayList<>();
    LoadSettings settings = settings(Optional.empty(), false);
    LoadProgress progress = (layers, all) -> done.add(100 * layers / all);
    new ModelLoader(settings, Clock.systemUTC(), progress).load().close();
    assertThat(done).isSorted().startsWith(0).endsWith(100).doesNotHaveDuplicates();
  }

  @Test
  void quantisesFloats() {
    try (LoadedModel model = load(settings(Optional.of(shared("demo/demo-f16.gguf")), true))) {
      assertThat(model.facts().choice()).contains("int8");
      assertThat(model.engine().stats().generatedTokens()).isPositive();
    }
  }

  @Test
  void saysInOneLineThatAFolderIsNoModel() {
    LoadSettings settings = settings(Optional.of(shared("demo")), false);
    assertThatThrownBy(() -> load(settings))
        .satisfies(failure -> assertThat(LoadFailure.describe(failure)).isPresent());
  }

  private static LoadedModel load(LoadSettings settings) {
    return new ModelLoader(settings, Clock.systemUTC(), LoadProgress.SILENT).load();
  }

  private static LoadSettings settings(Optional<Path> model, boolean int8) {
    return new LoadSettings(
        model, null, "auto", 1, int8, EngineConfig.defaults().withKvBytes(4 << 20));
  }

  private static Path shared(String name) {
    Path path = Path.of(System.getProperty("tokenlane.shared"), "models", name);
    assumeTrue(Files.exists(path), "not there: " + path);
    return path;
  }
}
