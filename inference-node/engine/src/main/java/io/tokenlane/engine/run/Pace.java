package io.tokenlane.engine.run;

import io.tokenlane.engine.model.ExitRule;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of a sequence may be had for less than a pass over all layers each.
 *
 * @param exit when a generated token may leave the layers early; null for never
 * @param drafting how tokens are drafted and then verified; null for not at all
 * @param effort counts what it took
 */
public record Pace(@Nullable ExitRule exit, @Nullable Drafting drafting, Effort effort) {

  /** All layers for each token, one by one. */
  public static Pace plain() {
    return new Pace(null, null, new Effort());
  }

  /**
   * How tokens are drafted: by what followed the same tokens before, else by the first layers.
   *
   * @param layers first layers that draft; 0 for none
   * @param threshold probability of a drafted token below which drafting ends, 0 to 1
   * @param filter how many of the drafts are of use
   */
  public record Drafting(int layers, float threshold, Filter filter) {}

  /** Cuts drafts where something may happen that they cannot foresee. */
  @FunctionalInterface
  public interface Filter {
    /** All drafts. */
    Filter ALL = (drafts, count) -> count;

    /** How many of the first {@code count} are of use. */
    int useful(int[] drafts, int count);
  }
}
