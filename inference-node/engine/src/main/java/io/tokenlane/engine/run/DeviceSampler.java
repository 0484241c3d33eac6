package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.Sampler;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.sample.SamplingState;

/**
 * Has tokens drawn by a backend that can: says for each row what is wanted, and takes what came. A
 * sequence uses the random numbers that it would use on the host.
 */
final class DeviceSampler {
  private final Draws draws;
  private final Sampler sampler;

  /**
   * @param draws as many rows as a step has sequences
   * @param sampler for tokens without log probabilities
   */
  DeviceSampler(Draws draws, Sampler sampler) {
    this.draws = draws;
    this.sampler = sampler;
  }

  /** What the backend is to draw. */
  Draws draws() {
    return draws;
  }

  /** Whether a device can tell all that is asked of a sequence's row. */
  static boolean suits(SamplingState state, Probe probe) {
    return state.topLogprobs() <= Draws.MOST_TOP && !probe.probability() && !probe.states();
  }

  /** Says what is wanted of an output row. */
  void ask(int output, SamplingState state, Probe probe) {
    Draws.Row row = draws.row(output);
    row.greedy();
    if (probe.likeliest()) {
      row.top = 0;
      return;
    }
    SamplingParams params = state.params();
    row.temperature = params.temperature();
    row.topK = params.topK();
    row.topP = params.topP();
    row.minP = params.minP();
    row.share = params.temperature() == 0 ? 0 : state.nextShare();
    row.top = state.topLogprobs();
    row.biasIds = state.biasedIds();
    row.biases = state.biases();
    row.mask = state.permitted();
    if (state.penalises()) {
      penalise(row, state);
    }
  }

  private static void penalise(Draws.Row row, SamplingState state) {
    row.frequencyPenalty = state.params().frequencyPenalty();
    row.presencePenalty = state.params().presencePenalty();
    row.repetitionPenalty = state.params().repetitionPenalty();
    if (row.seenIds.length < state.seenCapacity()) {
      row.seenIds = new int[state.seenCapacity()];
      row.seenCounts = new int[state.seenCapacity()];
    }
    row.seen = state.seen(row.seenIds, row.seenCounts);
  }

  /** What came of an output row; its sequence goes on with it, unless it only probed. */
  Draw take(int output, SamplingState state, Probe probe) {
    Draws.Row row = draws.row(output);
    if (row.token < 0) {
      return new Draw.Unusable("logit of token %d (expected: finite)".formatted(row.broken));
    }
    if (!probe.likeliest()) {
      state.accept(row.token);
    }
    String fault = state.fault();
    if (fault != null) {
      return new Draw.Unusable(fault);
    }
    return row.top < 0
        ? sampler.token(row.token)
        : new Draw.Token(row.token, row.logprob, row.topIds, row.topLogprobs);
  }
}
