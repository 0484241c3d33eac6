package io.tokenlane.node.load;

import io.tokenlane.engine.model.Part;
import io.tokenlane.engine.model.Weights;
import io.tokenlane.engine.tensor.Tensor;
import java.util.Optional;

/** Weights that tell as each next layer is asked for. */
final class WatchedWeights implements Weights {
  private final Weights weights;
  private final int layers;
  private final LoadProgress progress;
  private int begun;

  WatchedWeights(Weights weights, int layers, LoadProgress progress) {
    this.weights = weights;
    this.layers = layers;
    this.progress = progress;
  }

  @Override
  public Tensor require(Part part, int layer, int... shape) {
    watch(part, layer);
    return weights.require(part, layer, shape);
  }

  @Override
  public Optional<Tensor> find(Part part, int layer, int... shape) {
    watch(part, layer);
    return weights.find(part, layer, shape);
  }

  private void watch(Part part, int layer) {
    if (part.perLayer() && layer >= begun) {
      progress.layers(layer, layers);
      begun = layer + 1;
    }
  }
}
