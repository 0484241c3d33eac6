package io.tokenlane.engine.tensor;

/** What the gate of a feed-forward network goes through (Shazeer 2020). */
public enum Activation {
  /** {@code x / (1 + exp(-x))}: SwiGLU. */
  SILU,
  /** {@code x / 2 * (1 + tanh(√(2/π) (x + 0.044715 x³)))}: GeGLU, as Gemma approximates it. */
  GELU_TANH;

  /** The activation of one value; the definition that kernels are held against. */
  public double of(double x) {
    return switch (this) {
      case SILU -> x / (1 + Math.exp(-x));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    };
  }
}
