package io.tokenlane.node.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private final StringWriter text = new StringWriter();
  private long millis;

  @Test
  void drawsABarOverItselfOnATerminal() {
    LoadProgress bar = load(true, 4, 150);
    bar.layers(4, 4);
    assertThat(text.toString().lines().toList()).hasSize(1 + 5);
    assertThat(text.toString())
        .startsWith("\r[" + " ".repeat(40) + "] 0 of 4 layers")
        .contains("\r[" + "#".repeat(20) + " ".repeat(20) + "] 2 of 4 layers")
        .endsWith("\r[" + "#".repeat(40) + "] 4 of 4 layers" + System.lineSeparator());
  }

  @Test
  void writesALineNowAndThenElsewhere() {
    LoadProgress lines = load(false, 8, 1_000);
    lines.layers(8, 8);
    assertThat(text.toString().lines())
        .containsExactly(
            "weights: 2 of 8 layers", "weights: 5 of 8 layers", "weights: 8 of 8 layers");
  }

  @Test
  void saysNothingOfWhatIsDoneAtOnce() {
    load(true, 4, 1).layers(4, 4);
    load(false, 4, 1).layers(4, 4);
    assertThat(text.toString()).isEmpty();
  }

  /** Each layer takes so long. */
  private LoadProgress load(boolean terminal, int layers, long each) {
    LoadProgress progress =
        new ProgressBar(
            new PrintWriter(text),
            terminal,
            () -> Instant.ofEpochMilli(millis),
            "weights",
            "layers");
    for (int layer = 0; layer < layers; layer++) {
      millis += each;
      progress.layers(layer, layers);
    }
    return progress;
  }
}
