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

  /** Refuses values out of range with a message that names the parameter. */
  public SamplingParams {
    require("temperature", temperature, temperature >= 0 && temperature <= 2, "0 to 2");
    require("top_k", topK, topK >= 0, ">= 0");
    require("top_p", topP, topP > 0 && topP <= 1, "> 0 to 1");
    require("min_p", minP, minP >= 0 && minP <= 1, "0 to 1");
    require("frequency_penalty", frequencyPenalty, within(frequencyPenalty, 2), "-2 to 2");
    require("presence_penalty", presencePenalty, within(presencePenalty, 2), "-2 to 2");
    require(
        "repetition_penalty",
        repetitionPenalty,
        repetitionPenalty > 0 && repetitionPenalty < Float.POSITIVE_INFINITY,
        "> 0");
    logitBias = Map.copyOf(logitBias);
    logitBias.forEach(
        (id, bias) -> require("logit_bias." + id, bias, within(bias, 100), "-100 to 100"));
  }

  private static boolean within(float value, float bound) {
    return value >= -bound && value <= bound;
  }

  private static void require(String name, Number value, boolean valid, String expected) {
    if (!valid) {
      throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
    }
  }
}
