package io.tokenlane.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CalibrateCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = CalibrateCommand.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @Test
  void findsWhereTheDemoModelMayBeLeft() throws IOException {
    Path data = folder.resolve("questions.jsonl");
    Files.writeString(
        data,
        """
        {"question": "Work out 9 + 6 + 9."}
        What is the capital of Peru?
        {"prompt": "8 + 9 - 5 = ?"}
        """);
    Path written = folder.resolve("demo.early-exit.json");
    assertThat(run("--data", data.toString(), "--out", written.toString())).isZero();
    assertThat(out.toString()).contains("agrees with all", "leave early", "written to");
    assertThat(Files.readString(written)).contains("\"thresholds\"", "\"agreement\"");
  }

  @Test
  void printsOneObjectInstead() throws IOException {
    Path data = Files.writeString(folder.resolve("one"), "What is the capital of Peru?\n");
    String written = folder.resolve("one.json").toString();
    assertThat(run("--data", data.toString(), "--out", written, "--json")).isZero();
    JsonNode shown = JsonMapper.shared().readTree(out.toString());
    assertThat(shown.path("tokens").asInt()).isPositive();
    assertThat(shown.path("layers").size()).isGreaterThan(1);
    assertThat(shown.at("/layers/0/agrees").isNumber()).isTrue();
    assertThat(shown.path("file").asString()).isEqualTo(written);
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path data = Files.writeString(folder.resolve("broken"), "{\"q\": 1}\n");
    String out = folder.resolve("x").toString();
    assertThat(run("--data", "nowhere", "--out", out)).isEqualTo(2);
    assertThat(run("--data", data.toString())).isEqualTo(2);
    assertThat(run("--data", data.toString(), "--out", out, "--loss", "2")).isEqualTo(2);
    assertThat(run("--data", data.toString(), "--out", out)).isEqualTo(1);
    assertThat(err.toString())
        .contains("--data: nowhere (expected: a readable file)")
        .contains("--out: missing (expected: a file")
        .contains("--loss: 2.0 (expected: 0 to 1)")
        .contains("--data: line 1: {\"q\": 1} (expected: an object with \"question\"");
  }
}
