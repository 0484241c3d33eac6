package io.tokenlane.engine.sample;

import io.tokenlane.engine.backend.Draws;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a device does with the wishes of a row, done by the host: to the bit what it draws itself.
 */
public final class HostDraws {
  private HostDraws() {}

  /** Draws for an output row whose logits begin at {@code offset}. */
  public static void draw(Draws.Row row, float[] logits, int offset, int tokens) {
    row.broken = firstBroken(logits, offset, tokens);
    row.token = row.broken < 0 ? choose(row, logits, offset, tokens) : -1;
    if (row.top >= 0 && row.token >= 0) {
      int largest = Sampler.argmax(logits, offset, tokens);
      Draw.Token token =
          Logprobs.describe(
              row.token,
              new Logprobs.Row(logits, offset, tokens),
              logits[offset + largest],
              row.top);
      row.logprob = token.logprob();
      row.topIds = token.topIds();
      row.topLogprobs = token.topLogprobs();
    }
  }

  private static int firstBroken(float[] logits, int offset, int tokens) {
    for (int id = 0; id < tokens; id++) {
      if (!Float.isFinite(logits[offset + id])) {
        return id;
      }
    }
    return -1;
  }

  private static int choose(Draws.Row row, float[] logits, int offset, int tokens) {
    float[] adjusted = new float[tokens];
    System.arraycopy(logits, offset, adjusted, 0, tokens);
    for (int i = 0; i < row.biasIds.length; i++) {
      adjusted[row.biasIds[i]] += row.biases[i];
    }
    for (int i = 0; i < row.seen; i++) {
      adjusted[row.seenIds[i]] = penalised(adjusted[row.seenIds[i]], row.seenCounts[i], row);
    }
    for (int id = 0; id < tokens; id++) {
      if (!permits(row.mask, id)) {
        adjusted[id] = Float.NEGATIVE_INFINITY;
      }
    }
    if (row.temperature == 0) {
      return Sampler.argmax(adjusted, 0, tokens);
    }
    SamplingParams params =
        new SamplingParams(row.temperature, row.topK, row.topP, row.minP, 0, 0, 1, Map.of(), null);
    return new Candidates(tokens).draw(adjusted, params, new Share(row.share));
  }

  private static float penalised(float logit, int generated, Draws.Row row) {
    float value = logit > 0 ? logit / row.repetitionPenalty : logit * row.repetitionPenalty;
    if (generated > 0) {
      value -= generated * row.frequencyPenalty + row.presencePenalty;
    }
    return value;
  }

  private static boolean permits(long @Nullable [] mask, int id) {
    return mask == null || (id / 64 < mask.length && (mask[id / 64] >>> id & 1) != 0);
  }

  /** The one random number that a row was given. */
  private record Share(double value) implements RandomGenerator {
    @Override
    public double nextDouble() {
      return value;
    }

    @Override
    public long nextLong() {
      throw new AssertionError("a row has one random number");
    }
  }
}
