package io.tokenlane.bench.cuda;

import io.tokenlane.engine.model.Formulas;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.List;

/**
 * The shape of a model that is widely used, as its makers publish it.
 *
 * @param id its name on the command line
 */
public record ModelShape(String id, ModelConfig config) {
  private static final int CONTEXT = 8192;

  /** Llama 3.2 1B, Llama 3.1 8B, Qwen3 8B, and GLM-4 9B of April 2025. */
  public static final List<ModelShape> ALL =
      List.of(
          new ModelShape("llama-1b", llama(2048, 8192, 16, 64)),
          new ModelShape("llama-8b", llama(4096, 14_336, 32, 128)),
          new ModelShape(
              "qwen3-8b",
              new ModelConfig(
                  "qwen3", 151_936, CONTEXT, 4096, 12_288, 36, 32, 8, 128, 1e-6f, 1e6f)),
          new ModelShape("glm4-9b", glm4()));

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

  /**
   * The shape of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelShape of(String id) {
    return ALL.stream()
        .filter(shape -> shape.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--shape: %s (expected: one of %s)"
                        .formatted(id, ALL.stream().map(ModelShape::id).toList())));
  }
}
