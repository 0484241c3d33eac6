package io.tokenlane.engine.sample;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is drawn from the logits. The order is: logit bias, penalties, temperature,
 * top-k, top-p, min-p, draw.
 *
 * @param temperature 0 takes the most likely token; otherwise logits are divided by it; 0 to 2
 * @param topK keep the k most likely tokens; 0 keeps all
 * @param topP keep the smallest set of tokens whose probability reaches this; over 0 to 1 (all)
 * @param minP drop tokens less likely than this share of the most likely one; 0 (none) to 1
 * @param frequencyPenalty subtracted from a logit for each time its token was generated; -2 to 2
 * @param presencePenalty subtracted from a logit once its token was generated; -2 to 2
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens in prompt or
 *     output (Keskar et al. 2019, CTRL, section 4.1); over 0; 1 is none
 * @param logitBias added to the logits of these token ids; -100 to 100
 * @param seed makes the draws repeatable; null draws afresh
 */
public record SamplingParams(
    float temperature,
    int topK,
    float topP,
    float minP,
    float frequencyPenalty,
    float presencePenalty,
    float repetitionPenalty,
    Map<Integer, Float> logitBias,
    @Nullable Long seed) {

  /** Always the most likely token. */
  public static final SamplingParams GREEDY =
      new SamplingParams(0, 0, 1, 0, 0, 0, 1, Map.of(), null);

  public SamplingParams {
    logitBias = Map.copyOf(logitBias);
  }
}
