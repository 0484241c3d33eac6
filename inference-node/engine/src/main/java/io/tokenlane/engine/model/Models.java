package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;

/** Makes models of weights. */
public final class Models {
  private Models() {}

  /**
   * Puts a model's weights on a backend and allocates what its steps need. Checks every tensor's
   * presence, shape and type.
   *
   * @param weights readable until the model is closed
   * @param backend outlives the model, which does not close it
   * @param maxRows most rows of a batch, at least 1
   * @throws IllegalArgumentException if the architecture does not run here, or the backend cannot
   *     read a tensor's type
   */
  public static Model load(ModelConfig config, Weights weights, Backend backend, int maxRows) {
    Architecture architecture =
        Architecture.of(config.architecture())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "architecture: %s (expected: one of %s)"
                            .formatted(config.architecture(), Architecture.known())));
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows: %d (expected: >= 1)".formatted(maxRows));
    }
    return new DecoderLoader(config, architecture, weights, backend).load(maxRows);
  }
}
