package io.tokenlane.node.calibrate;

import java.util.Arrays;

/**
 * How sure each layer was of its token, and whether all layers say the same, token by token. Layers
 * count from 0; the last one is not among them, as it always agrees.
 */
final class LayerScores {
  private final float[][] confidence;
  private final boolean[][] agrees;
  private final int[] counts;

  /**
   * @param layers layers of the model
   */
  LayerScores(int layers) {
    confidence = new float[layers - 1][1024];
    agrees = new boolean[layers - 1][1024];
    counts = new int[layers - 1];
  }

  void add(int layer, float probability, boolean same) {
    int at = counts[layer]++;
    if (at == confidence[layer].length) {
      confidence[layer] = Arrays.copyOf(confidence[layer], 2 * at);
      agrees[layer] = Arrays.copyOf(agrees[layer], 2 * at);
    }
    confidence[layer][at] = probability;
    agrees[layer][at] = same;
  }

  /** Layers that are not the last. */
  int layers() {
    return counts.length;
  }

  /** Tokens, the same for each layer. */
  int tokens() {
    return counts[0];
  }

  float confidence(int layer, int token) {
    return confidence[layer][token];
  }

  boolean agrees(int layer, int token) {
    return agrees[layer][token];
  }

  /** Share of tokens on which a layer agrees with all. */
  float agreement(int layer) {
    int same = 0;
    for (int token = 0; token < tokens(); token++) {
      same += agrees[layer][token] ? 1 : 0;
    }
    return tokens() == 0 ? 0 : (float) same / tokens();
  }
}
