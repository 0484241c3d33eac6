package io.tokenlane.node.calibrate;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;
import java.util.List;

/** Asks every layer of a model for the tokens that it generated with all of them. */
final class LayerProbe {
  private static final int ROWS = 64;
  private static final int BLOCK = 16;

  private final Model model;
  private final ModelConfig config;
  private final LayerScores scores;
  private final float[] logits;
  private final int[] table;

  /**
   * A prompt and what was generated behind it, always the most likely token.
   *
   * @param prompt tokens of the prompt
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Text(int[] tokens, int prompt) {}

  LayerProbe(Model model) {
    this.model = model;
    config = model.config();
    scores = new LayerScores(config.layers());
    logits = new float[Math.multiplyExact(ROWS, config.vocabularySize())];
    table = new int[Math.ceilDiv(config.contextLength(), BLOCK)];
    for (int i = 0; i < table.length; i++) {
      table[i] = i;
    }
  }

  /** What the layers said. */
  LayerScores scores() {
    return scores;
  }

  void ask(List<Text> texts) {
    Batch batch = new Batch(ROWS, 1, table.length, BLOCK);
    for (Text text : texts) {
      int blocks = Math.ceilDiv(text.tokens.length, BLOCK);
      try (KvStore kv = model.kvStore(blocks, BLOCK)) {
        for (int layer = 0; layer < config.layers() - 1; layer++) {
          ask(text, layer, batch, kv);
        }
      }
    }
  }

  private void ask(Text text, int layer, Batch batch, KvStore kv) {
    int rows = text.tokens.length - 1;
    for (int from = 0; from < rows; from += ROWS) {
      int end = Math.min(rows, from + ROWS);
      batch.clear();
      batch.beginSequence(table, Math.ceilDiv(text.tokens.length, BLOCK));
      for (int position = from; position < end; position++) {
        batch.addRow(text.tokens[position], position, position >= text.prompt);
      }
      model.forward(batch, kv, layer + 1, logits);
      for (int i = 0; i < batch.outputs(); i++) {
        score(layer, i, text.tokens[batch.positions[batch.outputRows[i]] + 1]);
      }
    }
  }

  private void score(int layer, int output, int wanted) {
    int at = output * config.vocabularySize();
    int best = 0;
    for (int id = 1; id < config.tokens(); id++) {
      best = logits[at + id] > logits[at + best] ? id : best;
    }
    double sum = 0;
    for (int id = 0; id < config.tokens(); id++) {
      sum += Math.exp(logits[at + id] - logits[at + best]);
    }
    scores.add(layer, (float) (1 / sum), best == wanted);
  }
}
