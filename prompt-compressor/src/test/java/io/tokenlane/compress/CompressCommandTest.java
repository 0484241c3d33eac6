package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressCommandTest {
  private static final String JSON = "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    3\n  ]\n}";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return new CompressCommand(printTo(out), printTo(err)).run(List.of(arguments));
  }

  private static PrintStream printTo(ByteArrayOutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  private String file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes).toString();
  }

  @Test
  void printsThePromptAndTheReportApart() throws IOException {
    String file = file("p.txt", JSON.getBytes(StandardCharsets.UTF_8));
    assertThat(run(file)).isZero();
    assertThat(text(out)).isEqualTo("{\"a\":1,\"b\":[2,3]}");
    assertThat(text(err)).startsWith("o200k_base tokens: ").contains("json-minify        -");
  }

  @Test
  void usesEveryLosslessRule() throws IOException {
    String prompt = "| the customer | has confirmed | the return |\n".repeat(6);
    assertThat(run(file("p.txt", prompt.getBytes(StandardCharsets.UTF_8)))).isZero();
    assertThat(text(out)).contains("Shorthand: ");
    assertThat(text(err)).contains("dictionary         -");
  }

  @Test
  void reducesGrammarWhereTold() throws IOException {
    String file = file("p.txt", "Return the order to the shop.".getBytes(StandardCharsets.UTF_8));
    assertThat(run("--mode", "S-safe", file)).isZero();
    assertThat(text(out)).isEqualTo("Return order shop.");
    assertThat(text(err)).contains("kept beside: ").contains("grammar-safe       -");
  }

  @Test
  void printsOneJsonObject() throws IOException {
    String file = file("p.txt", JSON.getBytes(StandardCharsets.UTF_8));
    assertThat(run("--json", "--encoding", "cl100k_base", file)).isZero();
    assertThat(text(out))
        .startsWith("{\"encoding\":\"cl100k_base\",\"tokens_before\":")
        .contains("\"text\":\"{\\\"a\\\":1,\\\"b\\\":[2,3]}\"}");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void saysInOneLineWhatIsWrong() throws IOException {
    String missing = folder.resolve("missing.txt").toString();
    assertThat(run(missing)).isEqualTo(1);
    assertThat(run(file("latin1.txt", new byte[] {(byte) 0xe9, 'x'}))).isEqualTo(1);
    assertThat(run()).isEqualTo(2);
    assertThat(run("a", "b")).isEqualTo(2);
    assertThat(run("--encoding", "gpt9", "a")).isEqualTo(2);
    assertThat(run("--mode", "T", "a")).isEqualTo(2);
    assertThat(text(err).lines())
        .containsExactly(
            "compress: " + missing + ": no such file",
            "compress: the file is not UTF-8 text",
            "compress: usage: compress [--mode L|S-safe|S-moderate|S-aggressive] [--json]"
                + " [--encoding NAME] FILE",
            "compress: usage: compress [--mode L|S-safe|S-moderate|S-aggressive] [--json]"
                + " [--encoding NAME] FILE",
            "compress: encoding: gpt9 (expected: one of cl100k_base, o200k_base)",
            "compress: --mode: T (expected: L, S-safe, S-moderate or S-aggressive)");
    assertThat(text(out)).isEmpty();
  }
}
