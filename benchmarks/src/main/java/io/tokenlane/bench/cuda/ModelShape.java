package io.tokenlane.bench.cuda;

import io.tokenlane.engine.model.Formulas;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Arrays;

/** Shapes of models that are widely used, as their makers publish them. */
public enum ModelShape {
  /** Llama 3.2 1B. */
  LLAMA_1B("llama-1b", llama(2048, 8192, 16, 64)),
  /** Llama 3.1 8B. */
  LLAMA_8B("llama-8b", llama(4096, 14_336, 32, 128)),
  /** Qwen3 8B. */
  QWEN3_8B(
      "qwen3-8b",
      new ModelConfig("qwen3", 151_936, 8192, 4096, 12_288, 36, 32, 8, 128, 1e-6f, 1e6f)),
  /** GLM-4 9B of April 2025. */
  GLM4_9B("glm4-9b", glm4());

  private static final int CONTEXT = 8192;

  private final String id;
  private final ModelConfig config;

  ModelShape(String id, ModelConfig config) {
    this.id = id;
    this.config = config;
  }

  private static ModelConfig llama(int hidden, int intermediate, int layers, int head) {
    return new ModelConfig(
        "llama", 128_256, CONTEXT, hidden, intermediate, layers, 32, 8, head, 1e-5f, 500_000);
  }

  private static ModelConfig glm4() {
    int head = 128;
    return new ModelConfig(
        "glm4",
        151_552,
        151_552,
        CONTEXT,
        4096,
        13_696,
        40,
        32,
        2,
        head,
        1e-5f,
        10_000,
        RopeStyle.INTERLEAVED,
        head / 2,
        RopeScaling.NONE,
        Formulas.llama(head));
  }

  /** Its name on the command line. */
  public String id() {
    return id;
  }

  /** Its shape. */
  public ModelConfig config() {
    return config;
  }

  /**
   * The shape of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelShape of(String id) {
    return Arrays.stream(values())
        .filter(shape -> shape.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--shape: %s (expected: one of %s)"
                        .formatted(id, Arrays.stream(values()).map(ModelShape::id).toList())));
  }
}
