package io.tokenlane.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.bench.report.Report;
import io.tokenlane.bench.report.WholeReport.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With launchers that stand for ours: what becomes of each end a benchmark can come to. */
class BenchProcessTest {
  private static final String FOUND =
      "{\"bench\":\"x\",\"machine\":{\"cpu\":\"c\",\"cores\":2,\"memoryGib\":1,\"jdk\":\"25\",\"os\":\"o\"},"
          + "\"rows\":[{\"id\":\"speed\",\"value\":3.0,\"unit\":\"s\",\"goal\":null,\"better\":\"lower\","
          + "\"peer\":null,\"met\":null}]}";

  @TempDir private Path root;

  private Ran run(String script) throws IOException {
    Path launcher = Files.writeString(root.resolve("tokenlane"), "#!/bin/sh\n" + script);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    return new BenchProcess(root, root, "x", List.of("--threads", "2")).run(false, true);
  }

  @Test
  void whatItFoundIsTaken() throws IOException {
    Ran ran =
        run(
            "[ \"$*\" = 'bench x --threads 2 --quick' ] && echo '%s' >'%s/x.json'"
                .formatted(FOUND, root));
    assertThat(ran.failure()).isEmpty();
    Report report = Objects.requireNonNull(ran.report());
    assertThat(report.rows().getFirst().value()).isEqualTo(3);
  }

  @Test
  void whyItFailedIsTold() throws IOException {
    Ran ran = run("echo 'tokenlane: bench: x: nginx is missing' >&2; exit 1");
    assertThat(ran.report()).isNull();
    assertThat(ran.failure()).isEqualTo("nginx is missing");
    assertThat(run("exit 9").failure()).isEqualTo("exit code 9");
  }

  @Test
  void whatAnOlderRunLeftIsNotTaken() throws IOException {
    Files.writeString(root.resolve("x.json"), FOUND);
    assertThat(run("exit 0").failure()).startsWith("left no report");
  }

  @Test
  void aLauncherThatIsNotThereIsAFailureToo() {
    Ran ran = new BenchProcess(root, root, "x", List.of()).run(false, true);
    assertThat(ran.failure()).contains("tokenlane");
  }
}
