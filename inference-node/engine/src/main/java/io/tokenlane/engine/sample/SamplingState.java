package io.tokenlane.engine.sample;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What sampling must remember of one sequence: its parameters, which tokens it holds, and its own
 * random numbers, so that its draws depend on nothing else in the batch.
 */
public final class SamplingState {
  private static final Logger LOG = System.getLogger(SamplingState.class.getName());

  final SamplingParams params;
  final int topLogprobs;
  private final @Nullable TokenMask mask;
  private @Nullable String fault;
  final SplittableRandom random;
  final TokenCounts counts = new TokenCounts();

  /** The logit bias of {@link #params}, unboxed. */
  final int[] biasedIds;

  final float[] biases;

  /**
   * @param topLogprobs alternatives to report; -1 reports no log probabilities at all
   * @param prompt the tokens that the repetition penalty counts from the start
   * @param seed used where the parameters name none
   */
  public SamplingState(SamplingParams params, int topLogprobs, int[] prompt, long seed) {
    this(params, topLogprobs, prompt, seed, null);
  }

  /**
   * @param mask what may be drawn; null for anything
   */
  public SamplingState(
      SamplingParams params, int topLogprobs, int[] prompt, long seed, @Nullable TokenMask mask) {
    this.params = params;
    this.topLogprobs = topLogprobs;
    this.mask = mask;
    Long own = params.seed();
    random = new SplittableRandom(own == null ? seed : own);
    biasedIds = new int[params.logitBias().size()];
    biases = new float[biasedIds.length];
    int i = 0;
    for (Map.Entry<Integer, Float> bias : params.logitBias().entrySet()) {
      biasedIds[i] = bias.getKey();
      biases[i++] = bias.getValue();
    }
    if (params.repetitionPenalty() != 1) {
      for (int token : prompt) {
        counts.see(token);
      }
    }
  }

  /** How its tokens are drawn. */
  public SamplingParams params() {
    return params;
  }

  /** Alternatives to report; -1 reports no log probabilities at all. */
  public int topLogprobs() {
    return topLogprobs;
  }

  /** What may be drawn now, as the mask says; null for anything. */
  public long @Nullable [] permitted() {
    if (mask == null || fault != null) {
      return null;
    }
    try {
      return mask.permitted();
    } catch (RuntimeException | Error e) {
      fail(e);
      return null;
    }
  }

  /**
   * Why nothing that is drawn can be used any more; null if it can. A mask that fails is one
   * sequence's misfortune, never that of the others in its step.
   */
  public @Nullable String fault() {
    return fault;
  }

  /** Ids that have a bias; not to be changed. */
  public int[] biasedIds() {
    return biasedIds;
  }

  /** Their biases; not to be changed. */
  public float[] biases() {
    return biases;
  }

  /**
   * The next random number, 0 to less than 1, for whoever draws a token in {@link Sampler}'s place.
   */
  public double nextShare() {
    return random.nextDouble();
  }

  /** Room that {@link #seen} needs. */
  public int seenCapacity() {
    return counts.slots();
  }

  /**
   * The tokens that penalties are for.
   *
   * @param ids receives them
   * @param generated receives how often each was generated; 0 for one of the prompt only
   * @return how many there are
   */
  public int seen(int[] ids, int[] generated) {
    int count = 0;
    for (int slot = 0; slot < counts.slots(); slot++) {
      if (counts.isSeen(slot)) {
        ids[count] = counts.id(slot);
        generated[count++] = counts.generated(slot);
      }
    }
    return count;
  }

  /** Whether tokens are penalised for having been seen. */
  public boolean penalises() {
    return params.repetitionPenalty() != 1
        || params.frequencyPenalty() != 0
        || params.presencePenalty() != 0;
  }

  boolean changesLogits() {
    return biasedIds.length > 0 || penalises() || mask != null;
  }

  /** Goes on with a token that was not drawn. */
  public void accept(int token) {
    generated(token);
  }

  /**
   * Takes back a token that was generated. It must be of a part where the mask permits anything;
   * see {@link TokenMask#takeBack}.
   */
  public void forget(int token) {
    if (penalises()) {
      counts.uncount(token);
    }
    if (mask != null) {
      guarded(mask, known -> known.takeBack(1));
    }
  }

  void generated(int token) {
    if (penalises()) {
      counts.count(token);
    }
    if (mask != null) {
      guarded(mask, known -> known.accept(token));
    }
  }

  private void guarded(TokenMask known, Consumer<TokenMask> what) {
    if (fault != null) {
      return;
    }
    try {
      what.accept(known);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    LOG.log(Level.WARNING, "A mask failed; its generation ends", failure);
    fault = "the mask failed; the log says why";
  }
}
