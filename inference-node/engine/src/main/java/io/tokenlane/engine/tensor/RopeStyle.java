package io.tokenlane.engine.tensor;

/**
 * Which elements of a head the rotary embedding turns together. Both are the same rotation up to
 * the order of the query and key weights' rows, so checkpoints of one model may differ in it.
 */
public enum RopeStyle {
  /** Element i with element i + rotary width / 2: Hugging Face's Llama, GGUF's "neox". */
  HALF_SPLIT,
  /** Element 2 i with element 2 i + 1: Su et al. 2021 (RoFormer), GGUF's Llama. */
  INTERLEAVED
}
