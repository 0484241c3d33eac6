package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.Formulas;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A model's shapes from {@code config.json}, of transformers before and since version 5. */
final class HuggingFaceConfig extends ConfigFields {
  private static final Names NAMES =
      new Names(
          "model_type",
          "vocab_size",
          "max_position_embeddings",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "rms_norm_eps");

  private final JsonFile json;

  /** {@code rope_parameters}, or the older {@code rope_scaling}, where there is one. */
  private final Optional<JsonFile> rope;

  HuggingFaceConfig(JsonFile json) {
    super(json.file());
    this.json = json;
    rope = perLayerType("full_attention").or(this::ropeFields);
    checkSupported();
  }

  private Optional<JsonFile> ropeFields() {
    return json.object("rope_parameters").or(() -> json.object("rope_scaling"));
  }

  /** What {@code rope_parameters} says of one type of layers, where types differ. */
  private Optional<JsonFile> perLayerType(String type) {
    return json.object("rope_parameters").flatMap(fields -> fields.object(type));
  }

  @Override
  Names names() {
    return NAMES;
  }

  @Override
  OptionalInt integer(String field) {
    return json.integer(field);
  }

  @Override
  OptionalDouble number(String field) {
    return json.number(field);
  }

  @Override
  String architecture() {
    return json.string("model_type")
        .orElseThrow(
            () -> CheckpointException.of(file(), "model_type", "missing", "a model's type"));
  }

  @Override
  int vocabularyFallback() {
    throw CheckpointException.of(file(), "vocab_size", "missing", "an integer");
  }

  @Override
  float ropeTheta() {
    OptionalDouble nested = rope.map(r -> r.number("rope_theta")).orElse(OptionalDouble.empty());
    OptionalDouble flat = json.number("rope_theta");
    return positive("rope_theta", nested.orElse(flat.orElse(10_000)));
  }

  @Override
  RopeStyle ropeStyle(Architecture known) {
    return known.huggingFaceRope();
  }

  @Override
  Formulas formulas(Architecture known, Shape shape) {
    double scalar = json.number("query_pre_attn_scalar").orElse(shape.headDim());
    return new Formulas(
        activation(known),
        (float) (1 / Math.sqrt(positive("query_pre_attn_scalar", scalar))),
        cap("attn_logit_softcapping", known.attentionCap()),
        cap("final_logit_softcapping", known.logitCap()),
        known.embeddingScale(shape.hidden()),
        known.huggingFaceGainOffset(),
        windows(window(known), shape.layers(), slides(known, shape.layers())),
        localTheta(known),
        unturned(known, shape.layers()));
  }

  private Activation activation(Architecture known) {
    String name =
        json.string("hidden_activation")
            .or(() -> json.string("hidden_act"))
            .orElse(known.activation() == Activation.SILU ? "silu" : "gelu_pytorch_tanh");
    if (name.equals("gelu") && known.activation() == Activation.GELU_TANH) {
      // Gemma's first files say gelu and mean its approximation.
      return Activation.GELU_TANH;
    }
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu_pytorch_tanh", "gelu_new", "gelu_fast" -> Activation.GELU_TANH;
      default ->
          throw CheckpointException.of(file(), "hidden_act", name, "silu or gelu_pytorch_tanh");
    };
  }

  /** Absent is as the architecture has it, null is none. */
  private float cap(String field, float otherwise) {
    if (!json.node().has(field)) {
      return otherwise;
    }
    OptionalDouble cap = json.number(field);
    return cap.isEmpty() ? 0 : positive(field, cap.getAsDouble());
  }

  /** Absent is as the architecture has it, null is none; a flag can say that it is not used. */
  private int window(Architecture known) {
    if (!json.flag("use_sliding_window").orElse(known.usesWindow())) {
      return 0;
    }
    return json.node().has("sliding_window")
        ? json.integer("sliding_window").orElse(0)
        : known.defaultWindow();
  }

  private IntPredicate slides(Architecture known, int layers) {
    JsonNode types = perLayer("layer_types", layers, JsonNode::isString, "strings");
    if (types != null) {
      return layer -> types.get(layer).asString("").equals("sliding_attention");
    }
    if (known == Architecture.SMOLLM3) {
      return unturned(known, layers)::get;
    }
    OptionalInt first = json.integer("max_window_layers");
    OptionalInt pattern = json.integer("sliding_window_pattern");
    if (pattern.isPresent() && pattern.getAsInt() > 0) {
      return layer -> (layer + 1) % pattern.getAsInt() != 0;
    }
    return layer -> known.slides(layer) && layer >= first.orElse(0);
  }

  private List<Boolean> unturned(Architecture known, int layers) {
    if (known != Architecture.SMOLLM3) {
      return known.unturned(layers);
    }
    JsonNode flags = perLayer("no_rope_layers", layers, JsonNode::isIntegralNumber, "integers");
    if (flags == null) {
      return known.unturned(layers);
    }
    return IntStream.range(0, layers).mapToObj(i -> flags.get(i).asInt(1) == 0).toList();
  }

  /** An array with one element of a kind for each layer; null where the field is missing. */
  private @Nullable JsonNode perLayer(
      String field, int layers, Predicate<JsonNode> fits, String kind) {
    JsonNode values = json.find(field);
    if (values == null) {
      return null;
    }
    check(values.isArray(), field, values.getNodeType(), "an array of " + kind);
    check(values.size() == layers, field, values.size(), "one for each of the layers");
    values.forEach(value -> check(fits.test(value), field, value, "an array of " + kind));
    return values;
  }

  private float localTheta(Architecture known) {
    OptionalDouble nested =
        perLayerType("sliding_attention")
            .map(fields -> fields.number("rope_theta"))
            .orElse(OptionalDouble.empty());
    OptionalDouble flat = json.number("rope_local_base_freq");
    return nested.isPresent() || flat.isPresent()
        ? positive("rope_theta", nested.orElseGet(() -> flat.orElse(0)))
        : known.localTheta();
  }

  @Override
  int rotaryDim(int headDim) {
    OptionalDouble nested =
        rope.map(r -> r.number("partial_rotary_factor")).orElse(OptionalDouble.empty());
    double factor = nested.orElse(json.number("partial_rotary_factor").orElse(1));
    check(factor > 0 && factor <= 1, "partial_rotary_factor", factor, "> 0 and <= 1");
    return (int) (headDim * factor);
  }

  /** Divisors for a long context fit no other; the model is served up to where they begin. */
  @Override
  int servedContext(int context) {
    return longRope() ? Math.min(context, originalContext(context)) : context;
  }

  private boolean longRope() {
    String type = rope.map(HuggingFaceConfig::type).orElse("default");
    return type.equals("longrope") || type.equals("su");
  }

  private int originalContext(int otherwise) {
    OptionalInt nested =
        rope.map(r -> r.integer("original_max_position_embeddings")).orElse(OptionalInt.empty());
    int context = nested.orElse(json.integer("original_max_position_embeddings").orElse(otherwise));
    check(context > 1, "original_max_position_embeddings", context, "> 1");
    return context;
  }

  @Override
  RopeScaling ropeScaling(int rotaryDim) {
    if (rope.isEmpty()) {
      return RopeScaling.NONE;
    }
    JsonFile fields = rope.get();
    String type = type(fields);
    return switch (type) {
      // Dynamic scaling begins where the context that is served ends.
      case "default", "dynamic" -> RopeScaling.NONE;
      case "linear" -> new RopeScaling.Linear(factor(fields, "factor"));
      case "llama3" -> llama3(fields);
      case "yarn" -> yarn(fields);
      case "longrope", "su" -> longRope(fields, rotaryDim);
      default ->
          throw CheckpointException.of(
              fields.file(),
              "rope_type",
              type,
              "default, dynamic, linear, llama3, yarn or longrope");
    };
  }

  private static String type(JsonFile fields) {
    return fields.string("rope_type").or(() -> fields.string("type")).orElse("default");
  }

  private RopeScaling llama3(JsonFile fields) {
    float low = factor(fields, "low_freq_factor");
    float high = factor(fields, "high_freq_factor");
    check(high > low, "high_freq_factor", high, "over low_freq_factor " + low);
    int context = fields.integer("original_max_position_embeddings").orElse(0);
    check(context > 0, "original_max_position_embeddings", context, "> 0");
    return new RopeScaling.Llama3(factor(fields, "factor"), low, high, context);
  }

  private RopeScaling yarn(JsonFile fields) {
    int original = originalContext(context());
    float factor =
        fields.number("factor").isPresent()
            ? factor(fields, "factor")
            : (float) context() / original;
    return new RopeScaling.Yarn(
        factor,
        positive("beta_fast", fields.number("beta_fast").orElse(32)),
        positive("beta_slow", fields.number("beta_slow").orElse(1)),
        original,
        fields.flag("truncate").orElse(true),
        yarnMagnitude(fields, factor));
  }

  private float yarnMagnitude(JsonFile fields, float factor) {
    double one = fields.number("mscale").orElse(0);
    double all = fields.number("mscale_all_dim").orElse(0);
    boolean both = one != 0 && all != 0;
    double otherwise = both ? mscale(factor, one) / mscale(factor, all) : mscale(factor, 1);
    return positive("attention_factor", fields.number("attention_factor").orElse(otherwise));
  }

  private static double mscale(float factor, double weight) {
    return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
  }

  private RopeScaling longRope(JsonFile fields, int rotaryDim) {
    JsonNode divisors = fields.find("short_factor");
    int wanted = rotaryDim / 2;
    if (divisors == null || !divisors.isArray() || divisors.size() != wanted) {
      throw CheckpointException.of(
          fields.file(),
          "short_factor",
          divisors == null ? "missing" : divisors.size() + " values",
          wanted + " numbers > 0");
    }
    List<Float> factors = new ArrayList<>();
    divisors.forEach(divisor -> factors.add(positive("short_factor", divisor.asDouble(0))));
    int original = originalContext(context());
    double factor = fields.number("factor").orElse((double) context() / original);
    double otherwise = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RopeScaling.Divisors(
        factors, positive("attention_factor", fields.number("attention_factor").orElse(otherwise)));
  }

  private int context() {
    return required(NAMES.context(), Integer.MAX_VALUE);
  }

  private float factor(JsonFile fields, String field) {
    OptionalDouble value = fields.number(field);
    if (value.isEmpty()) {
      throw CheckpointException.of(fields.file(), field, "missing", "a number > 0");
    }
    return positive(field, value.getAsDouble());
  }

  private void checkSupported() {
    check(json.find("quantization_config") == null, "quantization_config", "set", "none");
  }
}
