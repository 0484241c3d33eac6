package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

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
    rope = json.object("rope_parameters").or(() -> json.object("rope_scaling"));
    checkSupported();
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

  /** {@code use_sliding_window}, where it is, can say that the window is not used. */
  @Override
  OptionalInt slidingWindow() {
    return json.flag("use_sliding_window").orElse(true)
        ? json.integer("sliding_window")
        : OptionalInt.empty();
  }

  @Override
  int rotaryDim(int headDim) {
    OptionalDouble nested =
        rope.map(r -> r.number("partial_rotary_factor")).orElse(OptionalDouble.empty());
    double factor = nested.orElse(json.number("partial_rotary_factor").orElse(1));
    check(factor > 0 && factor <= 1, "partial_rotary_factor", factor, "> 0 and <= 1");
    return (int) (headDim * factor);
  }

  @Override
  RopeScaling ropeScaling() {
    if (rope.isEmpty()) {
      return RopeScaling.NONE;
    }
    JsonFile fields = rope.get();
    String type = fields.string("rope_type").or(() -> fields.string("type")).orElse("default");
    return switch (type) {
      case "default" -> RopeScaling.NONE;
      case "linear" -> new RopeScaling.Linear(factor(fields, "factor"));
      case "llama3" -> llama3(fields);
      default ->
          throw CheckpointException.of(
              fields.file(), "rope_type", type, "default, linear or llama3");
    };
  }

  private RopeScaling llama3(JsonFile fields) {
    float low = factor(fields, "low_freq_factor");
    float high = factor(fields, "high_freq_factor");
    check(high > low, "high_freq_factor", high, "over low_freq_factor " + low);
    int context = fields.integer("original_max_position_embeddings").orElse(0);
    check(context > 0, "original_max_position_embeddings", context, "> 0");
    return new RopeScaling.Llama3(factor(fields, "factor"), low, high, context);
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
    String activation = json.string("hidden_act").orElse("silu");
    check(activation.equals("silu"), "hidden_act", activation, "silu");
  }
}
