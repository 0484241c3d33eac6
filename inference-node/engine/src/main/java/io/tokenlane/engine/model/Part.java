package io.tokenlane.engine.model;

/** The weights that decoders are made of, one name for each, whatever a checkpoint calls it. */
public enum Part {
  /** Token embeddings: vocabulary x hidden. */
  EMBEDDING,
  /** Gain of the norm before the head: hidden. */
  FINAL_NORM,
  /** Output head: vocabulary x hidden; the embedding itself where a checkpoint ties them. */
  HEAD,
  /** Divisors of the rotary frequencies, where a checkpoint has them: half the rotary width. */
  ROPE_FACTORS,
  /** Gain of the norm before attention: hidden. */
  ATTENTION_NORM,
  /** Query projection: query width x hidden. */
  Q,
  /** Key projection: key and value width x hidden. */
  K,
  /** Value projection: key and value width x hidden. */
  V,
  /** Bias of the query projection. */
  Q_BIAS,
  /** Bias of the key projection. */
  K_BIAS,
  /** Bias of the value projection. */
  V_BIAS,
  /** Gain of the norm over each query head: head width. */
  Q_NORM,
  /** Gain of the norm over each key head: head width. */
  K_NORM,
  /** Query, key and value projections as one: their widths together x hidden. */
  QKV,
  /** Bias of {@link #QKV}. */
  QKV_BIAS,
  /** Output projection of attention: hidden x query width. */
  O,
  /** Bias of {@link #O}. */
  O_BIAS,
  /** Gain of the norm behind attention: hidden. */
  ATTENTION_POST_NORM,
  /** Gain of the norm before the feed-forward network: hidden. */
  MLP_NORM,
  /** Gate projection: intermediate x hidden. */
  GATE,
  /** Up projection: intermediate x hidden. */
  UP,
  /** Bias of the gate projection. */
  GATE_BIAS,
  /** Bias of the up projection. */
  UP_BIAS,
  /** Gate and up projections as one: twice the intermediate width x hidden. */
  GATE_UP,
  /** Down projection: hidden x intermediate. */
  DOWN,
  /** Bias of {@link #DOWN}. */
  DOWN_BIAS,
  /** Gain of the norm behind the feed-forward network: hidden. */
  MLP_POST_NORM;

  /** Whether every layer has its own. */
  public boolean perLayer() {
    return compareTo(ATTENTION_NORM) >= 0;
  }
}
