package io.tokenlane.gateway.limit;

import io.tokenlane.gateway.call.Usage;
import java.util.List;

/**
 * One of {@code tokenlane.limits.prices}; the first that fits a model is its price.
 *
 * @param models which models, {@code *} for any text
 * @param inputPerMillion per million input tokens, ≥ 0
 * @param outputPerMillion per million output tokens, ≥ 0
 */
public record Price(List<String> models, double inputPerMillion, double outputPerMillion) {

  /** Checks the ranges. */
  public Price {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models: [] (expected: at least one, such as gpt-*)");
    }
    atLeastZero("input_per_million", inputPerMillion);
    atLeastZero("output_per_million", outputPerMillion);
  }

  private static void atLeastZero(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }

  /** What a call costs, in millionths of the currency, rounded up. */
  public long micros(Usage usage) {
    return (long) Math.ceil(usage.input() * inputPerMillion + usage.output() * outputPerMillion);
  }
}
