package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.Rows;
import java.util.Arrays;

/**
 * A pass over the layers that rows may leave early. The batch is compacted as they do: the layers
 * behind compute the remaining rows only. Rows that left keep their last state; the layers that
 * they skip get keys and values of it, by the part of the projection that makes those, for all of
 * them at once and before the remaining rows attend: a sequence may have rows of both kinds.
 */
final class ExitPass {
  private final Decoder decoder;
  private final ModelConfig config;
  private final DecoderWeights weights;
  private final Backend backend;
  private final Rows left;

  private Batch active = new Batch(1, 1, 1, 1);
  private Batch gone = new Batch(1, 1, 1, 1);
  private Batch like = new Batch(1, 1, 1, 1);
  private int[] outputOfRow = {};
  private int[] picked = {};
  private int[] passed = {};
  private int[] leaving = {};
  private int[] placeOfOutput = {};
  private float[] scores = {};

  /**
   * @param left keeps the states of rows that leave
   */
  ExitPass(
      Decoder decoder, ModelConfig config, DecoderWeights weights, Backend backend, Rows left) {
    this.decoder = decoder;
    this.config = config;
    this.weights = weights;
    this.backend = backend;
    this.left = left;
  }

  /** Runs it; the logits of every output row are then in {@code logits}. */
  void run(Batch batch, KvStore kv, Exits exits, float[] logits) {
    begin(batch);
    backend.begin(active);
    decoder.embed();
    for (int layer = 0; layer < config.layers(); layer++) {
      fill(layer, kv);
      if (active.rows() > 0) {
        decoder.layer(layer, kv);
        if (layer == config.layers() - 1) {
          finish(exits, logits);
        } else {
          ask(layer, exits, logits);
        }
      }
    }
  }

  /** Keys and values of the rows that left, before those that go on look at them. */
  private void fill(int layer, KvStore kv) {
    if (gone.rows() > 0) {
      backend.begin(gone);
      decoder.storeOnly(layer, left, kv);
      if (active.rows() > 0) {
        backend.begin(active);
      }
    }
  }

  /** Where the state of an output's row is: among those that left, or in the stream. */
  Rows statesOf(int output) {
    return placeOfOutput[output] < 0 ? decoder.stream() : left;
  }

  /** The row of an output's state in {@link #statesOf}. */
  int rowOf(int output) {
    int place = placeOfOutput[output];
    return place < 0 ? ~place : place;
  }

  private void begin(Batch batch) {
    if (like != batch) {
      like = batch;
      active = new Batch(batch);
      gone = new Batch(batch);
      int rows = batch.maxRows();
      outputOfRow = new int[rows];
      picked = new int[rows];
      passed = new int[rows];
      leaving = new int[rows];
      placeOfOutput = new int[rows];
    }
    for (int row = 0; row < batch.rows(); row++) {
      picked[row] = row;
      outputOfRow[row] = -1;
    }
    active.take(batch, picked, batch.rows());
    gone.take(batch, picked, 0);
    for (int output = 0; output < batch.outputs(); output++) {
      outputOfRow[batch.outputRows[output]] = output;
    }
    Arrays.fill(passed, 0, batch.outputs(), 0);
    int values = Math.multiplyExact(batch.outputs(), config.vocabularySize());
    if (scores.length < values) {
      scores = new float[values];
    }
  }

  /** Asks the rows whose rules ask behind this layer, and lets go those that are sure. */
  private void ask(int layer, Exits exits, float[] logits) {
    int asked = 0;
    for (int row = 0; row < active.rows(); row++) {
      ExitRule rule = outputOfRow[row] < 0 ? null : exits.rule(outputOfRow[row]);
      if (rule != null && rule.asks(layer)) {
        picked[asked++] = row;
      }
    }
    if (asked == 0) {
      return;
    }
    score(asked);
    int count = 0;
    for (int i = 0; i < asked; i++) {
      int output = outputOfRow[picked[i]];
      if (isSure(output, i, layer, exits)) {
        leaving[count++] = picked[i];
        exits.left(output, layer + 1);
        copy(i, logits, output);
      }
    }
    if (count > 0) {
      letGo(count);
    }
  }

  private boolean isSure(int output, int index, int layer, Exits exits) {
    ExitRule rule = exits.rule(output);
    if (rule == null) {
      return false;
    }
    float confidence = Confidence.of(scores, index * config.vocabularySize(), config.tokens());
    passed[output] = confidence >= rule.thresholds()[layer] ? passed[output] + 1 : 0;
    return passed[output] >= rule.patience();
  }

  private void score(int rows) {
    active.wantLogits(picked, rows);
    backend.logits(decoder.stream(), weights.finalNorm(), weights.head(), scores);
    decoder.finish(scores, rows);
  }

  private void copy(int index, float[] logits, int output) {
    int vocabulary = config.vocabularySize();
    System.arraycopy(scores, index * vocabulary, logits, output * vocabulary, vocabulary);
  }

  /** Moves rows out of the stream, and closes the gaps. */
  private void letGo(int count) {
    int already = gone.rows();
    backend.gather(decoder.stream(), leaving, count, left, already);
    gone.append(active, leaving, count);
    for (int i = 0; i < count; i++) {
      placeOfOutput[outputOfRow[leaving[i]]] = already + i;
    }
    int kept = 0;
    int next = 0;
    for (int row = 0; row < active.rows(); row++) {
      if (next < count && leaving[next] == row) {
        next++;
      } else {
        outputOfRow[kept] = outputOfRow[row];
        picked[kept++] = row;
      }
    }
    active.take(active, picked, kept);
    backend.gather(decoder.stream(), picked, kept, decoder.stream(), 0);
  }

  /** Logits of the rows that went through all layers. */
  private void finish(Exits exits, float[] logits) {
    int count = 0;
    for (int row = 0; row < active.rows(); row++) {
      if (outputOfRow[row] >= 0) {
        picked[count++] = row;
      }
    }
    score(count);
    for (int i = 0; i < count; i++) {
      int output = outputOfRow[picked[i]];
      exits.left(output, config.layers());
      placeOfOutput[output] = ~picked[i];
      copy(i, logits, output);
    }
  }
}
