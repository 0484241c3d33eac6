package io.tokenlane.engine.reason;

/** Why a model's reasoning ended. */
public enum ThinkingEnd {
  /** The model closed it. */
  MODEL,
  /** It had the most steps it may have. */
  MAX_STEPS,
  /** It had the most tokens it may have. */
  MAX_TOKENS,
  /** Its steps said the same again. */
  CONVERGED,
  /** The model was sure of its answer. */
  CONFIDENT,
  /** The generation ended within the reasoning. */
  UNFINISHED
}
