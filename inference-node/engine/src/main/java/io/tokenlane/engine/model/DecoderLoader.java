package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.model.Architecture.Trait;
import io.tokenlane.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts a decoder's weights on a backend, by the row that its architecture has in the table. */
final class DecoderLoader {
  private static final int NO_LAYER = 0;

  private final ModelConfig config;
  private final Architecture architecture;
  private final Weights weights;
  private final Backend backend;
  private final HeadShape heads;

  DecoderLoader(ModelConfig config, Architecture architecture, Weights weights, Backend backend) {
    this.config = config;
    this.architecture = architecture;
    this.weights = weights;
    this.backend = backend;
    heads = new HeadShape(config.heads(), config.kvHeads(), config.headDim());
  }

  Decoder load(int maxRows) {
    int vocabulary = config.vocabularySize();
    Linear embedding =
        backend.table(weights.require(Part.EMBEDDING, NO_LAYER, vocabulary, config.hiddenSize()));
    Norm finalNorm = norm(Part.FINAL_NORM, NO_LAYER, config.hiddenSize());
    Linear head = matrix(Part.HEAD, NO_LAYER, vocabulary, config.hiddenSize());
    Rope rope = backend.rope(new RopeSpec(config.ropeStyle(), frequencies()));
    List<DecoderLayer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i, rope));
    }
    DecoderWeights all = new DecoderWeights(embedding, List.copyOf(layers), finalNorm, head, heads);
    return new Decoder(config, all, backend, maxRows);
  }

  private DecoderLayer layer(int layer, Rope rope) {
    int hidden = config.hiddenSize();
    AttentionLayer attention =
        new AttentionLayer(
            layer, heads, rope, headNorm(Part.Q_NORM, layer), headNorm(Part.K_NORM, layer));
    return new DecoderLayer(
        norm(Part.ATTENTION_NORM, layer, hidden),
        backend.linear(attentionParts(layer), attentionBiases(layer)),
        attention,
        matrix(Part.O, layer, hidden, config.queryWidth()),
        postNorm(Part.ATTENTION_POST_NORM, layer),
        norm(Part.MLP_NORM, layer, hidden),
        backend.linear(gateAndUp(layer), List.of()),
        matrix(Part.DOWN, layer, hidden, config.intermediateSize()),
        postNorm(Part.MLP_POST_NORM, layer));
  }

  private List<Tensor> attentionParts(int layer) {
    int hidden = config.hiddenSize();
    if (architecture.has(Trait.FUSED_QKV)) {
      return List.of(weights.require(Part.QKV, layer, heads.rowWidth(), hidden));
    }
    return List.of(
        weights.require(Part.Q, layer, config.queryWidth(), hidden),
        weights.require(Part.K, layer, config.kvWidth(), hidden),
        weights.require(Part.V, layer, config.kvWidth(), hidden));
  }

  private List<Tensor> attentionBiases(int layer) {
    if (architecture.has(Trait.FUSED_QKV)) {
      return weights.find(Part.QKV_BIAS, layer, heads.rowWidth()).stream().toList();
    }
    boolean optional = !architecture.has(Trait.ATTENTION_BIAS);
    if (optional && weights.find(Part.Q_BIAS, layer, config.queryWidth()).isEmpty()) {
      return List.of();
    }
    return List.of(
        weights.require(Part.Q_BIAS, layer, config.queryWidth()),
        weights.require(Part.K_BIAS, layer, config.kvWidth()),
        weights.require(Part.V_BIAS, layer, config.kvWidth()));
  }

  private List<Tensor> gateAndUp(int layer) {
    int hidden = config.hiddenSize();
    if (architecture.has(Trait.FUSED_GATE_UP)) {
      return List.of(weights.require(Part.GATE_UP, layer, 2 * config.intermediateSize(), hidden));
    }
    return List.of(
        weights.require(Part.GATE, layer, config.intermediateSize(), hidden),
        weights.require(Part.UP, layer, config.intermediateSize(), hidden));
  }

  private @Nullable Norm headNorm(Part part, int layer) {
    return architecture.has(Trait.HEAD_NORM) ? norm(part, layer, config.headDim()) : null;
  }

  private @Nullable Norm postNorm(Part part, int layer) {
    return architecture.has(Trait.POST_NORMS) ? norm(part, layer, config.hiddenSize()) : null;
  }

  private Linear matrix(Part part, int layer, int rows, int columns) {
    return backend.linear(List.of(weights.require(part, layer, rows, columns)), List.of());
  }

  private Norm norm(Part part, int layer, int width) {
    return backend.norm(weights.require(part, layer, width), config.normEpsilon());
  }

  /** {@code theta^(-2i / rotaryDim)}, scaled. */
  private float[] frequencies() {
    float[] frequencies = new float[config.rotaryDim() / 2];
    Optional<Tensor> factors = weights.find(Part.ROPE_FACTORS, NO_LAYER, frequencies.length);
    for (int i = 0; i < frequencies.length; i++) {
      double exponent = -2.0 * i / config.rotaryDim();
      float trained = (float) Math.pow(config.ropeTheta(), exponent);
      float scaled = config.ropeScaling().scale(trained);
      frequencies[i] = factors.isEmpty() ? scaled : scaled / factors.get().floatAt(i);
    }
    return frequencies;
  }
}
