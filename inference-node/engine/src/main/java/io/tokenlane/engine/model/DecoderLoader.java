package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.model.Architecture.Trait;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
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
  private final Rope globalRope;
  private final Rope localRope;
  private final Rope still;

  DecoderLoader(ModelConfig config, Architecture architecture, Weights weights, Backend backend) {
    this.config = config;
    this.architecture = architecture;
    this.weights = weights;
    this.backend = backend;
    heads = new HeadShape(config.heads(), config.kvHeads(), config.headDim());
    globalRope = globalRope();
    localRope = plainRope(trained(Math.max(1, config.formulas().localTheta())));
    still = plainRope(new float[0]);
  }

  Decoder load(int maxRows) {
    int vocabulary = config.vocabularySize();
    Tensor table = weights.require(Part.EMBEDDING, NO_LAYER, vocabulary, config.hiddenSize());
    Norm finalNorm = norm(Part.FINAL_NORM, NO_LAYER, config.hiddenSize());
    Tensor last = weights.require(Part.HEAD, NO_LAYER, vocabulary, config.hiddenSize());
    Linear head = backend.linear(List.of(last), List.of());
    Linear embedding = last == table ? backend.table(table, head) : backend.table(table);
    List<DecoderLayer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i));
    }
    DecoderWeights all =
        new DecoderWeights(embedding, List.copyOf(layers), finalNorm, finalGain(), head, heads);
    return new Decoder(config, all, backend, maxRows);
  }

  private DecoderLayer layer(int layer) {
    int hidden = config.hiddenSize();
    AttentionLayer attention =
        new AttentionLayer(
            layer,
            heads,
            rope(layer),
            headNorm(Part.Q_NORM, layer),
            headNorm(Part.K_NORM, layer),
            rule(layer));
    return new DecoderLayer(
        norm(Part.ATTENTION_NORM, layer, hidden),
        backend.linear(attentionParts(layer), attentionBiases(layer)),
        attention,
        biased(Part.O, Part.O_BIAS, layer, config.queryWidth()),
        postNorm(Part.ATTENTION_POST_NORM, layer),
        norm(Part.MLP_NORM, layer, hidden),
        backend.gateUp(gateAndUp(layer), gateAndUpBiases(layer)),
        biased(Part.DOWN, Part.DOWN_BIAS, layer, config.intermediateSize()),
        postNorm(Part.MLP_POST_NORM, layer));
  }

  private List<Tensor> attentionParts(int layer) {
    int hidden = config.hiddenSize();
    return weights
        .find(Part.QKV, layer, heads.rowWidth(), hidden)
        .map(List::of)
        .orElseGet(
            () ->
                List.of(
                    weights.require(Part.Q, layer, config.queryWidth(), hidden),
                    weights.require(Part.K, layer, config.kvWidth(), hidden),
                    weights.require(Part.V, layer, config.kvWidth(), hidden)));
  }

  private List<Tensor> attentionBiases(int layer) {
    if (weights.find(Part.QKV, layer, heads.rowWidth(), config.hiddenSize()).isPresent()) {
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
    int width = config.intermediateSize();
    Optional<Tensor> gate = weights.find(Part.GATE, layer, width, hidden);
    return gate.isPresent()
        ? List.of(gate.get(), weights.require(Part.UP, layer, width, hidden))
        : List.of(weights.require(Part.GATE_UP, layer, 2 * width, hidden));
  }

  private List<Tensor> gateAndUpBiases(int layer) {
    Optional<Tensor> gate = weights.find(Part.GATE_BIAS, layer, config.intermediateSize());
    return gate.isEmpty()
        ? List.of()
        : List.of(gate.get(), weights.require(Part.UP_BIAS, layer, config.intermediateSize()));
  }

  /** A matrix with its bias, where the checkpoint has one. */
  private Linear biased(Part part, Part bias, int layer, int columns) {
    Tensor weight = weights.require(part, layer, config.hiddenSize(), columns);
    List<Tensor> biases = weights.find(bias, layer, config.hiddenSize()).stream().toList();
    return backend.linear(List.of(weight), biases);
  }

  private @Nullable Norm headNorm(Part part, int layer) {
    return architecture.has(Trait.HEAD_NORM) ? norm(part, layer, config.headDim()) : null;
  }

  private @Nullable Norm postNorm(Part part, int layer) {
    return architecture.has(Trait.POST_NORMS) ? norm(part, layer, config.hiddenSize()) : null;
  }

  private float[] finalGain() {
    Tensor gain = weights.require(Part.FINAL_NORM, NO_LAYER, config.hiddenSize());
    float[] values = new float[config.hiddenSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = gain.floatAt(i) + config.formulas().gainOffset();
    }
    return values;
  }

  private Norm norm(Part part, int layer, int width) {
    Tensor gain = weights.require(part, layer, width);
    float offset = config.formulas().gainOffset();
    return backend.norm(offset == 0 ? gain : shifted(gain, offset), config.normEpsilon());
  }

  private static Tensor shifted(Tensor gain, float offset) {
    float[] values = new float[gain.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = gain.floatAt(i) + offset;
    }
    return new Tensor(
        gain.name(), DType.F32, new int[] {values.length}, MemorySegment.ofArray(values));
  }

  private AttentionRule rule(int layer) {
    Formulas formulas = config.formulas();
    return new AttentionRule(
        formulas.attentionScale(), formulas.attentionCap(), formulas.window(layer));
  }

  private Rope rope(int layer) {
    Formulas formulas = config.formulas();
    if (!formulas.turns(layer)) {
      return still;
    }
    return formulas.localTheta() != 0 && formulas.window(layer) != 0 ? localRope : globalRope;
  }

  private Rope globalRope() {
    RopeScaling scaling = config.ropeScaling();
    float[] frequencies = scaling.scale(trained(config.ropeTheta()), config.ropeTheta());
    weights
        .find(Part.ROPE_FACTORS, NO_LAYER, frequencies.length)
        .ifPresent(
            factors -> {
              for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factors.floatAt(i);
              }
            });
    return backend.rope(new RopeSpec(config.ropeStyle(), frequencies, scaling.magnitude()));
  }

  private Rope plainRope(float[] frequencies) {
    return backend.rope(new RopeSpec(config.ropeStyle(), frequencies, 1));
  }

  /** {@code theta^(-2i / rotaryDim)}. */
  private float[] trained(float theta) {
    float[] frequencies = new float[config.rotaryDim() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) Math.pow(theta, -2.0 * i / config.rotaryDim());
    }
    return frequencies;
  }
}
