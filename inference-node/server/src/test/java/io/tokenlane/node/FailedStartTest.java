package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node that cannot start says why in one line and ends with exit code 1. */
class FailedStartTest {
  private static final String SCALAR = "--tokenlane.node.backend=scalar";

  @Test
  void aTakenPort() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThat(failure("--server.port=" + taken.getLocalPort()))
          .isEqualTo(
              "tokenlane node: server.port: "
                  + taken.getLocalPort()
                  + " (expected: a free port; this one is taken)");
    }
  }

  @Test
  void aTruncatedModel(@TempDir Path folder) throws IOException, InterruptedException {
    Path model = folder.resolve("short.gguf");
    try (var whole = getClass().getResourceAsStream("/models/demo-q8_0.gguf")) {
      Files.write(model, whole.readNBytes(1_000_000));
    }
    assertThat(failure("--server.port=0", "--tokenlane.node.model=" + model))
        .matches("tokenlane node: .*short.gguf: .*\\(expected: .*");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --model_config.quantization=int3 | model_config.quantization: int3 (expected: int8, the only one there is)
          --tokenlane.node.threads=many | tokenlane.node.threads: many (expected: a value of type int)
          --tokenlane.node.backend=abacus | tokenlane.node.backend: abacus (expected: auto, cuda, vector, scalar)
          --tokenlane.node.thread=3 | tokenlane.node.thread: 3 (expected: no such key)
          """)
  void aWrongSetting(String argument, String line) {
    assertThatThrownBy(() -> TestNode.start(NodeApplication.create(), argument))
        .satisfies(failure -> assertThat(StartupFailure.describe(failure)).hasValue(line));
  }

  /** What is only known with the model at hand is known to a check, too. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --tokenlane.node.early-exit.threshold=5 | early_exit.threshold: 5.0 (expected: 0 to 1)
          --tokenlane.node.early-exit.min-layer=500 | tokenlane.node.early-exit.min-layer: 500 (expected: 1 to
          --tokenlane.node.kv-cache-type=float16 | float16
          """)
  void aCheckThatFinds(String argument, String line) throws IOException, InterruptedException {
    String check = "-Dspring.context.exit=onRefresh";
    assertThat(failure(List.of(check), SCALAR, "--tokenlane.node.early-exit.mode=exact", argument))
        .startsWith("tokenlane node: ")
        .contains(line, "(expected: ")
        .hasLineCount(1);
  }

  private static String failure(String... arguments) throws IOException, InterruptedException {
    return failure(List.of(), arguments);
  }

  /** Runs a node that must end with exit code 1, and gives what it says on stderr. */
  private static String failure(List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(NodeApplication.class.getName());
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String stderr = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(stderr).isEqualTo(1);
    return stderr
        .lines()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .reduce((a, b) -> a + "\n" + b)
        .orElse("");
  }
}
