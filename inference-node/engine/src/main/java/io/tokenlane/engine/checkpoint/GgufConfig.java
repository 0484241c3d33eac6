package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import io.tokenlane.engine.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A model's shapes from GGUF metadata. */
final class GgufConfig extends ConfigFields {
  /** Divisors of Phi-3's frequencies for long contexts; no metadata speaks of them. */
  private static final String LONG_FACTORS = "rope_factors_long.weight";

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
    return embedding == null ? 0 : embedding.rows();
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

  /** Absent or 0 for none. */
  @Override
  OptionalInt slidingWindow() {
    OptionalInt window = integer(key("attention.sliding_window"));
    return window.orElse(0) == 0 ? OptionalInt.empty() : window;
  }

  @Override
  int rotaryDim(int headDim) {
    String valueLength = key("attention.value_length");
    int values = integer(valueLength).orElse(headDim);
    check(values == headDim, valueLength, values, headDim + ", as keys have");
    return integer(key("rope.dimension_count")).orElse(headDim);
  }

  @Override
  RopeScaling ropeScaling() {
    boolean factors = gguf.tensors().containsKey(LONG_FACTORS);
    check(!factors, LONG_FACTORS, "present", "none: longrope is not implemented");
    String key = key("rope.scaling.type");
    String type = gguf.metadata().string(key).orElse("none");
    return switch (type) {
      case "none" -> RopeScaling.NONE;
      case "linear" -> {
        String factor = key("rope.scaling.factor");
        yield new RopeScaling.Linear(positive(factor, number(factor).orElse(1)));
      }
      default -> throw CheckpointException.of(file(), key, type, "none or linear");
    };
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}
