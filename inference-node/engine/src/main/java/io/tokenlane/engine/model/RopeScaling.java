package io.tokenlane.engine.model;

/** How the rotary frequencies were changed after training for a longer context. */
public sealed interface RopeScaling {
  /** Not at all. */
  RopeScaling NONE = new None();

  /** The frequency to use in place of {@code frequency}, in radians per position. */
  float scale(float frequency);

  /** Frequencies as trained. */
  record None() implements RopeScaling {
    @Override
    public float scale(float frequency) {
      return frequency;
    }
  }

  /**
   * Position interpolation (Chen et al. 2023).
   *
   * @param factor divides all frequencies, over 0
   */
  record Linear(float factor) implements RopeScaling {
    @Override
    public float scale(float frequency) {
      return frequency / factor;
    }
  }

  /**
   * Llama 3.1's scaling: long wavelengths are interpolated, short ones kept, those between blended.
   *
   * @param factor divides the frequencies of long wavelengths, over 0
   * @param lowFactor wavelengths over {@code originalContext / lowFactor} are long
   * @param highFactor wavelengths under {@code originalContext / highFactor} are short; over {@code
   *     lowFactor}
   * @param originalContext context length of the training
   */
  record Llama3(float factor, float lowFactor, float highFactor, int originalContext)
      implements RopeScaling {
    @Override
    public float scale(float frequency) {
      double turns = originalContext * frequency / (2 * Math.PI);
      double kept = Math.clamp((turns - lowFactor) / (highFactor - lowFactor), 0.0, 1.0);
      return (float) ((1 - kept) * frequency / factor + kept * frequency);
    }
  }
}
