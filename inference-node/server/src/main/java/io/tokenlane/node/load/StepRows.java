package io.tokenlane.node.load;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.host.HostBackend;
import io.tokenlane.engine.model.ModelConfig;

/**
 * How many tokens a step may compute on a CPU: each takes a row of activations, and these shall be
 * a small share of the weights. From some hundred rows on, reading the weights costs little beside
 * multiplying with them, so that more rows make a prompt no faster, only others wait longer.
 */
final class StepRows {
  /** Fewest rows: so many pay for reading the weights. */
  private static final int LEAST = 128;

  /** Activations are at most one in so many bytes of the weights, or so many bytes. */
  private static final int SHARE = 128;

  private static final long SMALL = 16 << 20;

  private StepRows() {}

  /** The configuration, with fewer tokens in a step where the model is wide. */
  static EngineConfig fitted(
      EngineConfig config, ModelConfig shapes, Backend backend, long weightBytes) {
    if (!(backend instanceof HostBackend)) {
      return config;
    }
    long rows = Math.max(LEAST, Math.max(SMALL, weightBytes / SHARE) / rowBytes(shapes));
    int sequences = config.maxBatchSize();
    return rows >= config.maxBatchTokens()
        ? config
        : config.withBatch(sequences, Math.max(sequences, (int) rows));
  }

  /** Stream, queries with keys and values, attention, gate and up, their product. */
  private static long rowBytes(ModelConfig shapes) {
    long qkv = shapes.queryWidth() + 2L * shapes.kvWidth();
    long values = shapes.hiddenSize() + qkv + shapes.queryWidth() + 3L * shapes.intermediateSize();
    return values * Float.BYTES;
  }
}
