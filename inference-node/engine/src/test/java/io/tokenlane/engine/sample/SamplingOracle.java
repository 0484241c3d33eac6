package io.tokenlane.engine.sample;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The distribution that sampling must follow, written for plainness. */
final class SamplingOracle {
  private SamplingOracle() {}

  /**
   * @param prompt tokens that the repetition penalty knows
   * @param output tokens generated so far
   */
  static double[] distribution(float[] logits, SamplingParams params, int[] prompt, int[] output) {
    double[] adjusted = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      int self = id;
      long generated = Arrays.stream(output).filter(t -> t == self).count();
      boolean seen = generated > 0 || Arrays.stream(prompt).anyMatch(t -> t == self);
      float logit = logits[id] + params.logitBias().getOrDefault(id, 0f);
      float penalty = seen ? params.repetitionPenalty() : 1;
      adjusted[id] = logit > 0 ? logit / penalty : logit * penalty;
      adjusted[id] -= generated * params.frequencyPenalty();
      adjusted[id] -= generated > 0 ? params.presencePenalty() : 0;
    }
    return cut(softmax(adjusted, params.temperature()), params);
  }

  static double[] softmax(double[] logits, double temperature) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double[] p = Arrays.stream(logits).map(l -> Math.exp((l - max) / temperature)).toArray();
    return normalised(p);
  }

  private static double[] cut(double[] p, SamplingParams params) {
    int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -p[id]))
            .mapToInt(Integer::intValue)
            .toArray();
    int k = params.topK() == 0 ? p.length : Math.min(params.topK(), p.length);
    double[] kept = new double[p.length];
    for (int rank = 0; rank < k; rank++) {
      kept[order[rank]] = p[order[rank]];
    }
    kept = normalised(kept);
    double before = 0;
    double[] nucleus = new double[p.length];
    for (int rank = 0; rank < k && before < params.topP(); rank++) {
      nucleus[order[rank]] = kept[order[rank]];
      before += kept[order[rank]];
    }
    double least = params.minP() * nucleus[order[0]];
    return normalised(Arrays.stream(nucleus).map(v -> v < least ? 0 : v).toArray());
  }

  private static double[] normalised(double[] p) {
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }
}
