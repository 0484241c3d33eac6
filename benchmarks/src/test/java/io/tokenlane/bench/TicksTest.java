package io.tokenlane.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TicksTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private Ticks ticks(boolean terminal) {
    return new Ticks(new PrintStream(shown, true, StandardCharsets.UTF_8), terminal, "soak");
  }

  @Test
  void drawsOverItselfOnATerminalAndLeavesNothing() {
    try (Ticks ticks = ticks(true)) {
      ticks.tick(Duration.ofSeconds(59));
      ticks.tick(Duration.ofSeconds(65));
    }
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .isEqualTo("\rsoak runs 0:59\rsoak runs 1:05\r\u001b[K");
  }

  @Test
  void saysItInLinesElsewhere() {
    try (Ticks ticks = ticks(false)) {
      ticks.tick(Duration.ofMinutes(61));
    }
    assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("soak runs 61:00");
  }
}
