package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.Formulas;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import io.tokenlane.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** A model's shapes from GGUF metadata. */
final class GgufConfig extends ConfigFields {
  /** Divisors of Phi-3's frequencies; no metadata speaks of them. */
  private static final String LONG_FACTORS = "rope_factors_long.weight";

  private static final String SHORT_FACTORS = "rope_factors_short.weight";

  private final GgufFile gguf;
  private final String architecture;

  GgufConfig(GgufFile gguf) {
    super(gguf.metadata().file());
    this.gguf = gguf;
    architecture =
        gguf.metadata()
            .string("general.architecture")
            .orElseThrow(
                () ->
                    CheckpointException.of(
                        file(), "general.architecture", "missing", "an architecture's name"));
  }

  @Override
  Names names() {
    return new Names(
        "general.architecture",
        key("vocab_size"),
        key("context_length"),
        key("embedding_length"),
        key("feed_forward_length"),
        key("block_count"),
        key("attention.head_count"),
        key("attention.head_count_kv"),
        key("attention.key_length"),
        key("attention.layer_norm_rms_epsilon"));
  }

  @Override
  OptionalInt integer(String field) {
    return gguf.metadata().integer(field);
  }

  @Override
  OptionalDouble number(String field) {
    return gguf.metadata().number(field);
  }

  @Override
  String architecture() {
    return architecture;
  }

  @Override
  int vocabularyFallback() {
    Tensor embedding = gguf.tensors().get("token_embd.weight");
    return embedding == null
        ? gguf.metadata().strings("tokenizer.ggml.tokens").map(List::size).orElse(0)
        : embedding.rows();
  }

  @Override
  float ropeTheta() {
    String key = key("rope.freq_base");
    return positive(key, number(key).orElse(10_000));
  }

  @Override
  RopeStyle ropeStyle(Architecture known) {
    return known.ggufRope();
  }

  @Override
  int rotaryDim(int headDim) {
    String valueLength = key("attention.value_length");
    int values = integer(valueLength).orElse(headDim);
    check(values == headDim, valueLength, values, headDim + ", as keys have");
    return integer(key("rope.dimension_count")).orElse(headDim);
  }

  @Override
  Formulas formulas(Architecture known, Shape shape) {
    int window = integer(key("attention.sliding_window")).orElse(windowUntold(known));
    return new Formulas(
        known.activation(),
        attentionScale(known, shape),
        cap("attn_logit_softcapping", known.attentionCap()),
        cap("final_logit_softcapping", known.logitCap()),
        known.embeddingScale(shape.hidden()),
        0,
        windows(window, shape.layers(), slides(known, shape.layers())),
        number(key("rope.freq_base_swa")).isPresent()
            ? positive(key("rope.freq_base_swa"), number(key("rope.freq_base_swa")).getAsDouble())
            : known.localTheta(),
        known.unturned(shape.layers()));
  }

  /** The first files of Gemma 2 are silent on its window; others are where they have none. */
  private static int windowUntold(Architecture known) {
    return known == Architecture.GEMMA2 ? known.defaultWindow() : 0;
  }

  /** Layers with a window: all but the last of each period, or those with a flag. */
  private IntPredicate slides(Architecture known, int layers) {
    String key = key("attention.sliding_window_pattern");
    if (gguf.metadata().isArray(key)) {
      List<Boolean> flags = gguf.metadata().flags(key).orElseThrow();
      check(flags.size() == layers, key, flags.size() + " flags", "one for each of the layers");
      return flags::get;
    }
    OptionalInt told = integer(key);
    if (told.isEmpty()) {
      return known::slides;
    }
    int period = told.getAsInt();
    check(period >= 0, key, period, "0 or more");
    return layer -> period == 0 || layer % period < period - 1;
  }

  /** The largest models of Gemma 2 and 3 divide by other than their heads' width. */
  private float attentionScale(Architecture known, Shape shape) {
    OptionalDouble told = number(key("attention.scale"));
    if (told.isPresent() && told.getAsDouble() != 0) {
      return positive(key("attention.scale"), told.getAsDouble());
    }
    boolean large =
        (known == Architecture.GEMMA2 && shape.layers() == 46)
            || (known == Architecture.GEMMA3 && shape.layers() == 62);
    return (float) (1 / Math.sqrt(large ? shape.hidden() / shape.heads() : shape.headDim()));
  }

  private float cap(String name, float otherwise) {
    float cap = (float) number(key(name)).orElse(otherwise);
    check(cap >= 0 && cap < Float.POSITIVE_INFINITY, key(name), cap, ">= 0");
    return cap;
  }

  /** Divisors for a long context fit no other; the model is served up to where they begin. */
  @Override
  int servedContext(int context) {
    int original = originalContext(context);
    return longRope() ? Math.min(context, original) : context;
  }

  private boolean longRope() {
    return gguf.tensors().containsKey(SHORT_FACTORS) && gguf.tensors().containsKey(LONG_FACTORS);
  }

  private int originalContext(int context) {
    String key = key("rope.scaling.original_context_length");
    int original = integer(key).orElse(context);
    check(original > 0, key, original, "> 0");
    return original;
  }

  @Override
  RopeScaling ropeScaling(int rotaryDim) {
    if (longRope()) {
      return longRope(rotaryDim);
    }
    String key = key("rope.scaling.type");
    String type = gguf.metadata().string(key).orElse("none");
    return switch (type) {
      case "none", "longrope" -> RopeScaling.NONE;
      case "linear" -> new RopeScaling.Linear(factor());
      case "yarn" -> yarn();
      default -> throw CheckpointException.of(file(), key, type, "none, linear, yarn or longrope");
    };
  }

  private float factor() {
    String factor = key("rope.scaling.factor");
    return positive(factor, number(factor).orElse(1));
  }

  private RopeScaling yarn() {
    float factor = factor();
    float told = cap("rope.scaling.attn_factor", 1);
    int context = required(key("context_length"), Integer.MAX_VALUE);
    return new RopeScaling.Yarn(
        factor,
        positive(
            key("rope.scaling.yarn_beta_fast"),
            number(key("rope.scaling.yarn_beta_fast")).orElse(32)),
        positive(
            key("rope.scaling.yarn_beta_slow"),
            number(key("rope.scaling.yarn_beta_slow")).orElse(1)),
        originalContext(context),
        true,
        told * (float) (1 + 0.1 * Math.log(Math.max(1, factor))));
  }

  private RopeScaling longRope(int rotaryDim) {
    Tensor factors = gguf.tensors().get(SHORT_FACTORS);
    check(
        factors != null && factors.hasShape(rotaryDim / 2),
        SHORT_FACTORS + " shape",
        factors == null ? "missing" : factors.shapeText(),
        "[" + rotaryDim / 2 + "]");
    List<Float> divisors = new ArrayList<>();
    for (int i = 0; i < rotaryDim / 2; i++) {
      divisors.add(positive(SHORT_FACTORS, Objects.requireNonNull(factors).floatAt(i)));
    }
    return new RopeScaling.Divisors(divisors, cap("rope.scaling.attn_factor", 1));
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}
