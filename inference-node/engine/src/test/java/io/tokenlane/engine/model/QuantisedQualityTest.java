package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What quantising costs on text that the demo model was not trained on. */
final class QuantisedQualityTest {
  private static final int WINDOW = 256;
  private static final int WINDOWS = 12;

  /**
   * How well a model foretells the text.
   *
   * @param perplexity e to the mean of what each token surprised it by
   * @param best the most likely next token at each place
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Quality(double perplexity, int[] best) {}

  @Test
  void bytesCostLessThanAHundredthOfPerplexity() throws IOException {
    Path floats = TestModels.of("demo/demo-f16.gguf");
    Quality exact = measure(floats, WeightFormat.AS_STORED);
    assertClose(measure(floats, WeightFormat.INT8), exact);
    assertClose(measure(TestModels.demoQ8(), WeightFormat.AS_STORED), exact);
  }

  private static void assertClose(Quality quality, Quality exact) {
    assertThat(exact.perplexity()).isBetween(1.0, 3.0);
    assertThat(quality.perplexity() / exact.perplexity()).isBetween(0.99, 1.01);
    int same = 0;
    for (int i = 0; i < exact.best().length; i++) {
      same += quality.best()[i] == exact.best()[i] ? 1 : 0;
    }
    assertThat(same / (double) exact.best().length).isGreaterThan(0.98);
  }

  private static Quality measure(Path path, WeightFormat format) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(path);
        Backend backend = Backends.select("vector", new BackendOptions(1, format)).backend();
        Model model = Models.load(checkpoint.config(), checkpoint.weights(), backend, WINDOW)) {
      String text = Files.readString(TestModels.of("demo/held.txt"));
      int[] ids = TokenizerReader.read(checkpoint.tokenizer()).encode(text, Specials.PARSE);
      int[] best = new int[WINDOWS * (WINDOW - 1)];
      double surprise = 0;
      for (int i = 0; i < WINDOWS; i++) {
        int[] window = Arrays.copyOfRange(ids, i * WINDOW, (i + 1) * WINDOW);
        try (Runs runs = new Runs(model, WINDOW, WINDOW)) {
          float[][] logits = runs.step(window);
          for (int at = 0; at + 1 < WINDOW; at++) {
            surprise -= logProbability(logits[at], window[at + 1]);
            best[i * (WINDOW - 1) + at] = Runs.argmax(logits[at]);
          }
        }
      }
      return new Quality(Math.exp(surprise / best.length), best);
    }
  }

  private static double logProbability(float[] logits, int token) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - logits[token]);
    }
    return -Math.log(sum);
  }
}
