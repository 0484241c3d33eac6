package io.tokenlane.engine.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which output rows of a batch may leave the layers early, and where they left. Reused from step to
 * step; not thread-safe.
 */
public final class Exits {
  private @Nullable ExitRule[] rules = {};
  private int[] layers = {};
  private int outputs;
  private boolean any;

  /** Starts a batch in which no row may leave. */
  public void clear(int outputRows) {
    if (rules.length < outputRows) {
      rules = Arrays.copyOf(rules, outputRows * 2);
      layers = new int[rules.length];
    }
    outputs = outputRows;
    Arrays.fill(rules, 0, outputs, null);
    any = false;
  }

  /** Lets the row of an output leave by a rule. */
  public void allow(int output, ExitRule rule) {
    rules[output] = rule;
    any = true;
  }

  /** Whether any row may leave. */
  public boolean any() {
    return any;
  }

  /** Layers that the row of an output went through. */
  public int layers(int output) {
    return layers[output];
  }

  @Nullable ExitRule rule(int output) {
    return rules[output];
  }

  void left(int output, int layersDone) {
    layers[output] = layersDone;
  }

  /** Says that all rows went through so many layers. */
  public void leftAllAt(int layersDone) {
    Arrays.fill(layers, 0, outputs, layersDone);
  }
}
