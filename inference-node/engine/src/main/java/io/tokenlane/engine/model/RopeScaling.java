package io.tokenlane.engine.model;

import java.util.List;

/** How the rotary frequencies were changed after training for a longer context. */
public sealed interface RopeScaling {
  /** Not at all. */
  RopeScaling NONE = new None();

  /**
   * The frequencies to use, in radians per position.
   *
   * @param trained {@code theta^(-2i / n)} for each pair i of the n elements that turn
   */
  float[] scale(float[] trained, float theta);

  /** What rotated queries and keys are multiplied by. */
  float magnitude();

  /** Frequencies as trained. */
  record None() implements RopeScaling {
    @Override
    public float[] scale(float[] trained, float theta) {
      return trained.clone();
    }

    @Override
    public float magnitude() {
      return 1;
    }
  }

  /**
   * Position interpolation (Chen et al. 2023).
   *
   * @param factor divides all frequencies, over 0
   */
  record Linear(float factor) implements RopeScaling {
    @Override
    public float[] scale(float[] trained, float theta) {
      float[] scaled = trained.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] /= factor;
      }
      return scaled;
    }

    @Override
    public float magnitude() {
      return 1;
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
    public float[] scale(float[] trained, float theta) {
      float[] scaled = new float[trained.length];
      for (int i = 0; i < scaled.length; i++) {
        double turns = originalContext * trained[i] / (2 * Math.PI);
        double kept = Math.clamp((turns - lowFactor) / (highFactor - lowFactor), 0.0, 1.0);
        scaled[i] = (float) ((1 - kept) * trained[i] / factor + kept * trained[i]);
      }
      return scaled;
    }

    @Override
    public float magnitude() {
      return 1;
    }
  }

  /**
   * YaRN (Peng et al. 2023): pairs that turn often within the training's context are kept, those
   * that turn rarely interpolated, those between blended.
   *
   * @param factor divides the frequencies of pairs that turn rarely, over 0
   * @param betaFast turns within {@code originalContext} from which on a pair is kept
   * @param betaSlow turns up to which a pair is interpolated
   * @param originalContext context length of the training
   * @param whole whether the blend begins and ends at whole pairs
   */
  record Yarn(
      float factor,
      float betaFast,
      float betaSlow,
      int originalContext,
      boolean whole,
      float magnitude)
      implements RopeScaling {
    @Override
    public float[] scale(float[] trained, float theta) {
      double first = pairThatTurns(betaFast, trained.length, theta);
      double last = pairThatTurns(betaSlow, trained.length, theta);
      double low = Math.max(0, whole ? Math.floor(first) : first);
      double high = Math.min(2.0 * trained.length - 1, whole ? Math.ceil(last) : last);
      double width = low == high ? 0.001 : high - low;
      float[] scaled = new float[trained.length];
      for (int i = 0; i < scaled.length; i++) {
        double interpolated = Math.clamp((i - low) / width, 0.0, 1.0);
        scaled[i] = (float) (trained[i] * (interpolated / factor + 1 - interpolated));
      }
      return scaled;
    }

    private double pairThatTurns(float turns, int pairs, float theta) {
      return pairs * Math.log(originalContext / (turns * 2 * Math.PI)) / Math.log(theta);
    }
  }

  /**
   * LongRoPE (Ding et al. 2024): a divisor for each pair, found by search, for the context that is
   * served.
   *
   * @param divisors one a pair, each over 0
   */
  record Divisors(List<Float> divisors, float magnitude) implements RopeScaling {
    public Divisors {
      divisors = List.copyOf(divisors);
    }

    @Override
    public float[] scale(float[] trained, float theta) {
      float[] scaled = trained.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] /= divisors.get(i);
      }
      return scaled;
    }
  }
}
