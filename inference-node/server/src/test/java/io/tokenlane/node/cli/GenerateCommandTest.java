package io.tokenlane.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.node.Golden;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GenerateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void answersAndTellsItsSpeed() {
    assertThat(run("--prompt", "What is the capital of France?")).isZero();
    assertThat(out.toString().strip()).isEqualTo("The capital of France is Paris.");
    assertThat(err.toString())
        .matches(
            "15 prompt tokens \\([0-9.]+ tokens/s\\), 8 generated \\([0-9.]+ tokens/s\\), on .*\\R");
  }

  @Test
  void tellsTheReferencesStoryWithTheReferencesWeights() {
    Path folder = Path.of(System.getProperty("tokenlane.shared"), "models", "demo", "hf");
    assumeTrue(Files.exists(folder), "not there: " + folder);
    String question = "Tell me a story about Ada and a cat.";
    assertThat(run("--model", folder.toString(), "--prompt", question)).isZero();
    assertThat(out.toString().strip()).isEqualTo(Golden.CASES.get(1).answer());
  }

  @Test
  void takesTheRawPrompt() {
    assertThat(run("--raw", "--max-tokens", "3", "--prompt", "<|im_start|>user\nx")).isZero();
    assertThat(err.toString()).startsWith("4 prompt tokens").contains(" 3 generated ");
  }

  @Test
  void drawsRepeatablyWithASeed() {
    String[] arguments = {"--seed", "3", "--temperature", "1.5", "--max-tokens", "12"};
    assertThat(run(with(arguments, "--prompt", "x"))).isZero();
    String first = out.toString();
    assertThat(run(with(arguments, "--prompt", "x"))).isZero();
    assertThat(out.toString()).isEqualTo(first + first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --max-tokens=0 --prompt=x      | 2 | tokenlane generate: --max-tokens: 0 (expected: >= 1); see --help
          --temperature=3 --prompt=x     | 2 | tokenlane generate: --temperature: 3.0 (expected: 0 to 2); see --help
          --max-tokens=5                 | 2 | tokenlane generate: Missing required option: '--prompt=TEXT'; see --help
          --frob --prompt=x              | 2 | tokenlane generate: Unknown option: '--frob'; see --help
          --model=/no/x.gguf --prompt=x  | 1 | tokenlane generate: /no/x.gguf: model: no such file or folder (expected: a GGUF file, or a folder with config.json and model.safetensors)
          --backend=abacus --prompt=x    | 1 | tokenlane generate: backend: abacus (expected: auto, vector, scalar)
          """)
  void failsInOneLine(String arguments, int exitCode, String line) {
    assertThat(run(arguments.split(" +"))).isEqualTo(exitCode);
    assertThat(err.toString().strip()).isEqualTo(line);
    assertThat(out.toString()).isEmpty();
  }

  private int run(String... arguments) {
    CommandLine command = GenerateCommand.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  private static String[] with(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }
}
