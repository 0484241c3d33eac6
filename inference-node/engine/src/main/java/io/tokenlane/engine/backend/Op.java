package io.tokenlane.engine.backend;

/** Operations that read weights, and so have to be written for each type of weights. */
public enum Op {
  /** {@link Backend#embed}. */
  EMBED,
  /** {@link Backend#normProject}, {@link Backend#projectAdd} and {@link Backend#logits}. */
  PROJECT,
  /** Gains of norms, biases and other vectors. */
  VECTOR
}
