package io.tokenlane.engine.sample;

/** What sampling one row gave. */
public sealed interface Draw {

  /**
   * A token was drawn.
   *
   * @param id its id
   * @param logprob natural logarithm of its probability under the unmodified logits; NaN unless
   *     asked for
   * @param topIds ids of the most likely tokens under the unmodified logits, most likely first
   * @param topLogprobs their log probabilities
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Token(int id, float logprob, int[] topIds, float[] topLogprobs) implements Draw {}

  /**
   * The logits are no distribution, or the mask failed.
   *
   * @param why names the logit and its value, or the mask
   */
  record Unusable(String why) implements Draw {}
}
