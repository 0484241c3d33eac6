package io.tokenlane.bench.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer's figures, or why there are none; and the same requests on the engine. */
final class StaticPeerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final MixedLoad load = new MixedLoad(5, 12, 9);

  @TempDir private Path folder;

  private static ModelConfig tiny(String architecture) {
    return new ModelConfig(architecture, 160, 256, 32, 48, 2, 4, 2, 8, 1e-5f, 10_000);
  }

  private StaticPeer.Outcome run(String script, Duration patience) throws Exception {
    Path python = folder.resolve("python");
    Files.writeString(python, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
    return new StaticPeer(python.toString(), "cpu", patience).run(tiny("llama"), load);
  }

  @Test
  void lengthsAreMixedAndAlwaysTheSame() {
    MixedLoad many = new MixedLoad(256);
    assertThat(many.requests()).isEqualTo(new MixedLoad(256).requests());
    assertThat(many.requests()).allMatch(it -> it.prompt() >= 1 && it.prompt() <= 512);
    assertThat(many.requests()).allMatch(it -> it.answer() >= 1 && it.answer() <= 1024);
    double mean = many.requests().stream().mapToInt(MixedLoad.Lengths::answer).average().orElse(0);
    assertThat(mean).isBetween(100.0, 160.0);
    assertThat(many.requests().stream().mapToInt(MixedLoad.Lengths::answer).max().orElse(0))
        .isGreaterThan(400);
  }

  @Test
  void withoutPythonThereIsAReason() throws Exception {
    StaticPeer peer = new StaticPeer(folder.resolve("none").toString(), "cpu", PATIENCE);
    assertThat(peer.run(tiny("llama"), load).why()).startsWith("no python");
  }

  @Test
  void withoutItsLibrariesThereIsAReason() throws Exception {
    StaticPeer.Outcome outcome = run("echo \"No module named 'torch'\" >&2; exit 1", PATIENCE);
    assertThat(outcome.why()).contains("torch and transformers", "No module named 'torch'");
    assertThat(outcome.tokensPerSecond()).isNaN();
  }

  @Test
  void batchesThatEndedCountWhateverBecameOfTheOthers() throws Exception {
    String lines =
        """
        [ "$1" = -c ] && exit 0
        echo 'loading'
        echo '{"tokens": 10, "seconds": 2.0}'
        echo '{"tokens": 60, "seconds": 4.0}'
        exit 1
        """;
    assertThat(run(lines, PATIENCE).tokensPerSecond()).isEqualTo(15);
  }

  @Test
  void aRunThatNeverEndsIsEnded() throws Exception {
    String lines = "[ \"$1\" = -c ] && exit 0\nexec sleep 60";
    assertThat(run(lines, Duration.ofMillis(50)).why()).isEqualTo("no batch within 0 s");
  }

  @Test
  void aRunThatFailsSaysItsLastLine() throws Exception {
    String lines =
        "[ \"$1\" = -c ] && exit 0\necho Traceback >&2; echo 'torch sees no GPU' >&2; exit 1";
    assertThat(run(lines, PATIENCE).why()).isEqualTo("transformers: torch sees no GPU");
  }

  /** Where a Python with torch and transformers is named: the script itself, on the CPU. */
  @Test
  void transformersAnswersAllOfThem() throws Exception {
    String python = System.getenv("TOKENLANE_PEER_PYTHON");
    assumeTrue(python != null, "TOKENLANE_PEER_PYTHON names no python");
    for (String architecture : new String[] {"llama", "qwen3", "glm4"}) {
      StaticPeer peer = new StaticPeer(String.valueOf(python), "cpu", PATIENCE);
      StaticPeer.Outcome outcome = peer.run(tiny(architecture), load);
      assertThat(outcome.why()).isEmpty();
      assertThat(outcome.tokensPerSecond()).isPositive();
    }
  }

  @Test
  void theEngineAnswersAllOfThem() throws IOException, InterruptedException {
    Path models = Path.of(System.getProperty("tokenlane.root", ".."));
    Path tinyLlama = models.resolve("inference-node/engine/src/test/resources/models/tiny-llama");
    try (Backend backend = Backends.select("scalar", new BackendOptions(1)).backend();
        Checkpoint checkpoint = Checkpoint.open(tinyLlama);
        Model model = Models.load(checkpoint.config(), checkpoint.weights(), backend, 64)) {
      assertThat(load.run(model, 64, KvType.FLOAT32)).isPositive();
    }
  }
}
