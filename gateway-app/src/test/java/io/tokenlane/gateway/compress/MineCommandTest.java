package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MineCommandTest {
  private static final String SHARED =
      "You are the clerk of a small library. Answer the reader in one short sentence: ";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = MineCommand.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("prompts.jsonl"), text).toString();
  }

  private String threeForms() throws IOException {
    return file(
        """
        %1$swhere is the atlas?
        {"prompt": "%1$swhen do you close?"}
        {"messages": [{"role": "user", "content": "%1$show long may I keep two novels?"}]}
        """
            .formatted(SHARED));
  }

  @Test
  void findsWhatAllPromptsShare() throws IOException {
    assertThat(run(threeForms())).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith(SHARED.strip()).contains("{{");
    assertThat(err.toString()).contains("3 prompts, 1 variables; 7");
  }

  @Test
  void printsWhatTheGatewayTakes() throws IOException {
    assertThat(run(threeForms(), "--id", "clerk", "--version", "2", "--json")).isZero();
    JsonNode shown = JsonMapper.shared().readTree(out.toString());
    assertThat(shown.path("id").asString()).isEqualTo("clerk");
    assertThat(shown.path("version").asString()).isEqualTo("2");
    assertThat(shown.path("syntax").asString()).isEqualTo("jinja");
    assertThat(shown.path("source").asString()).startsWith(SHARED.strip());
    assertThat(shown.path("variables").size()).isEqualTo(1);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThat(run()).isEqualTo(2);
    assertThat(run("nowhere")).isEqualTo(1);
    assertThat(run(file("one\ntwo\n"))).isEqualTo(1);
    assertThat(run(file("{\"q\": 1}\n"))).isEqualTo(1);
    assertThat(run(file("{\n"))).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "nowhere (expected: a readable file)",
            "no template found in 2 prompts (expected: at least 3",
            "line 1: no prompt (expected: \"prompt\"",
            "line 1: not JSON (expected: plain text or JSON)");
  }

  @Test
  void theBarIsDrawnOverItselfOnATerminalAndLinesElsewhere() {
    assertThat(shown(true)).contains("\r[" + "#".repeat(20) + " ".repeat(20) + "] 5 of 10 prompts");
    assertThat(shown(false).lines())
        .containsExactly(
            "mining: 3 of 10 prompts", "mining: 6 of 10 prompts", "mining: 9 of 10 prompts");
  }

  /** Each prompt takes a second. */
  private static String shown(boolean terminal) {
    StringWriter text = new StringWriter();
    long[] millis = {0};
    try (MiningBar bar =
        new MiningBar(new PrintWriter(text), terminal, () -> Instant.ofEpochMilli(millis[0]))) {
      for (int done = 1; done <= 10; done++) {
        millis[0] += 1_000;
        bar.compared(done, 10);
      }
    }
    return text.toString();
  }
}
