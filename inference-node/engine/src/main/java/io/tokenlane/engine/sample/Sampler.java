package io.tokenlane.engine.sample;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Draws the next token of a row of logits.
 *
 * <p>In this order: logit bias is added; the repetition penalty divides positive and multiplies
 * negative logits of tokens in prompt or output; frequency and presence penalty are subtracted for
 * tokens in the output; what a mask does not permit is taken out. Temperature 0 then takes the
 * largest logit (the lowest id of equal ones). Otherwise p = softmax(logits / temperature), of
 * which top-k, top-p (of what top-k left) and min-p keep a part, and one token of it is drawn in
 * proportion to p.
 *
 * <p>Holds work space only; everything about a sequence is in its {@link SamplingState}. Not
 * thread-safe: the engine's step thread owns it.
 */
public final class Sampler {
  private static final int[] NO_IDS = {};
  private static final float[] NO_LOGPROBS = {};

  private final int vocabularySize;
  private final float[] adjusted;

  /** Tokens without log probabilities: each id has one, made when it is first drawn. */
  private final Draw.@Nullable Token[] plain;

  private final Candidates candidates;

  /**
   * @param vocabularySize logits in a row, at least 1
   */
  public Sampler(int vocabularySize) {
    this.vocabularySize = vocabularySize;
    adjusted = new float[vocabularySize];
    plain = new Draw.Token[vocabularySize];
    candidates = new Candidates(vocabularySize);
  }

  /**
   * Draws from the row that starts at {@code offset} and remembers the token in the state.
   *
   * @return the token; or {@link Draw.Unusable} if a logit is not finite or the mask failed
   */
  public Draw sample(SamplingState state, float[] logits, int offset) {
    int broken = firstNotFinite(logits, offset);
    if (broken >= 0) {
      return unusable(logits, offset, broken);
    }
    int largest = argmax(logits, offset, vocabularySize);
    int id = choose(state, logits, offset, largest);
    state.generated(id);
    String fault = state.fault();
    if (fault != null) {
      return new Draw.Unusable(fault);
    }
    if (state.topLogprobs < 0) {
      return token(id);
    }
    var row = new Logprobs.Row(logits, offset, vocabularySize);
    return Logprobs.describe(id, row, logits[offset + largest], state.topLogprobs);
  }

  /** A token without log probabilities. */
  public Draw.Token token(int id) {
    Draw.Token known = plain[id];
    if (known == null) {
      known = new Draw.Token(id, Float.NaN, NO_IDS, NO_LOGPROBS);
      plain[id] = known;
    }
    return known;
  }

  /** The most likely token of the row that starts at {@code offset}, with its log probability. */
  public Draw likeliest(float[] logits, int offset) {
    int broken = firstNotFinite(logits, offset);
    if (broken >= 0) {
      return unusable(logits, offset, broken);
    }
    int id = argmax(logits, offset, vocabularySize);
    return describe(id, logits, offset, 0);
  }

  /** Probability of a token under the row that starts at {@code offset}, 0 to 1. */
  public float probability(int id, float[] logits, int offset) {
    return (float) Math.exp(describe(id, logits, offset, 0).logprob());
  }

  private Draw.Token describe(int id, float[] logits, int offset, int top) {
    int largest = argmax(logits, offset, vocabularySize);
    var row = new Logprobs.Row(logits, offset, vocabularySize);
    return Logprobs.describe(id, row, logits[offset + largest], top);
  }

  private static Draw unusable(float[] logits, int offset, int id) {
    return new Draw.Unusable(
        "logit of token %d: %s (expected: finite)".formatted(id, logits[offset + id]));
  }

  /** Index, from {@code offset}, of the largest value; the first of equal ones. */
  static int argmax(float[] values, int offset, int count) {
    float most = values[offset];
    for (int i = offset; i < offset + count; i++) {
      most = Math.max(most, values[i]);
    }
    for (int i = 0; i < count; i++) {
      if (values[offset + i] == most) {
        return i;
      }
    }
    return 0;
  }

  private int choose(SamplingState state, float[] logits, int offset, int largest) {
    boolean greedy = state.params.temperature() == 0;
    if (greedy && !state.changesLogits()) {
      return largest;
    }
    System.arraycopy(logits, offset, adjusted, 0, vocabularySize);
    adjust(state);
    long[] permitted = state.permitted();
    if (permitted != null) {
      takeOut(permitted);
    }
    return greedy
        ? argmax(adjusted, 0, vocabularySize)
        : candidates.draw(adjusted, state.params, state.random);
  }

  private void adjust(SamplingState state) {
    for (int i = 0; i < state.biasedIds.length; i++) {
      adjusted[state.biasedIds[i]] += state.biases[i];
    }
    if (!state.penalises()) {
      return;
    }
    TokenCounts counts = state.counts;
    for (int slot = 0; slot < counts.slots(); slot++) {
      if (counts.isSeen(slot)) {
        int id = counts.id(slot);
        adjusted[id] = penalised(adjusted[id], counts.generated(slot), state.params);
      }
    }
  }

  private void takeOut(long[] permitted) {
    for (int first = 0; first < vocabularySize; first += Long.SIZE) {
      int word = first / Long.SIZE;
      long bits = word < permitted.length ? permitted[word] : 0;
      int end = Math.min(vocabularySize, first + Long.SIZE);
      if (bits == 0) {
        Arrays.fill(adjusted, first, end, Float.NEGATIVE_INFINITY);
      } else if (bits != -1) {
        takeOut(bits, first, end);
      }
    }
  }

  private void takeOut(long permitted, int first, int end) {
    for (int id = first; id < end; id++) {
      if ((permitted >>> id & 1) == 0) {
        adjusted[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static float penalised(float logit, int generated, SamplingParams params) {
    float penalty = params.repetitionPenalty();
    float value = logit > 0 ? logit / penalty : logit * penalty;
    if (generated > 0) {
      value -= generated * params.frequencyPenalty() + params.presencePenalty();
    }
    // An extreme repetition penalty overflows; infinite logits would make no distribution.
    return Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  /** Largest and smallest first: such loops are compiled to vectors, one that may end is not. */
  private int firstNotFinite(float[] logits, int offset) {
    float most = 0;
    float least = 0;
    for (int i = offset; i < offset + vocabularySize; i++) {
      most = Math.max(most, logits[i]);
      least = Math.min(least, logits[i]);
    }
    if (Float.isFinite(most) && Float.isFinite(least)) {
      return -1;
    }
    for (int id = 0; id < vocabularySize; id++) {
      if (!Float.isFinite(logits[offset + id])) {
        return id;
      }
    }
    return -1;
  }
}
