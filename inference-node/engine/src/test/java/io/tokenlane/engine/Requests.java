package io.tokenlane.engine;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Requests that tests share. */
final class Requests {
  private Requests() {}

  static GenerationRequest greedy(int[] prompt, int maxTokens) {
    return new GenerationRequest(prompt, maxTokens, SamplingParams.GREEDY, Set.of(), -1, 0);
  }

  static GenerationRequest greedy(int[] prompt, int maxTokens, int priority) {
    return new GenerationRequest(prompt, maxTokens, SamplingParams.GREEDY, Set.of(), -1, priority);
  }

  static SamplingParams sampled(long seed) {
    return new SamplingParams(1, 20, 0.95f, 0.01f, 0.3f, 0.2f, 1.1f, Map.of(3, 1.5f), seed);
  }

  /** Token ids below {@link ToyModel#POISON}. */
  static int[] prompt(SplittableRandom random, int length) {
    return random.ints(length, 0, ToyModel.POISON).toArray();
  }

  /** The ids {@code from, from + 1, …}, modulo the toy's vocabulary. */
  static int[] counting(int from, int length) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = (from + i) % ToyModel.POISON;
    }
    return ids;
  }
}
