package io.tokenlane.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private String begun(boolean terminal) {
    new ProgressBar(new PrintStream(shown, true, StandardCharsets.UTF_8), terminal, 4)
        .begins(1, "engine");
    return shown.toString(StandardCharsets.UTF_8).strip();
  }

  @Test
  void drawsABarOnATerminal() {
    assertThat(begun(true)).isEqualTo("[======                  ] 2 of 4  engine");
  }

  @Test
  void printsPlainLinesElsewhere() {
    assertThat(begun(false)).isEqualTo("[2/4] engine");
  }

  @Test
  void isMadeWithoutAConsole() {
    assertThat(ProgressBar.onStandardError(4)).isNotNull();
  }
}
