package io.tokenlane.engine;

import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.sample.TokenMask;
import io.tokenlane.engine.schedule.SequenceSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One generation to run.
 *
 * @param prompt token ids, at least one; not changed afterwards by the caller
 * @param maxTokens most tokens to generate, at least 1; prompt and output together must fit the
 *     model's context
 * @param sampling how tokens are drawn
 * @param stopTokens ids that end the generation; empty to run to {@code maxTokens}
 * @param topLogprobs how many alternatives to report with each token; -1 reports no log
 *     probabilities at all, 0 only that of the chosen token; at most 20
 * @param priority higher runs earlier; 0 is normal; -1000 to 1000
 * @param cacheSalt KV blocks are shared with requests of the same salt only; empty: with all that
 *     name none
 * @param mask what may be drawn, made for this generation alone; null for anything
 * @param reasoning how its reasoning is watched; null if it is not
 * @param earlyExit whether its tokens may leave the model before its last layer
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over, never compared
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    SamplingParams sampling,
    Set<Integer> stopTokens,
    int topLogprobs,
    int priority,
    String cacheSalt,
    @Nullable TokenMask mask,
    @Nullable Reasoning reasoning,
    EarlyExit earlyExit) {

  public GenerationRequest {
    stopTokens = Set.copyOf(stopTokens);
  }

  /** A request that shares KV blocks with all that name no salt. */
  public GenerationRequest(
      int[] prompt,
      int maxTokens,
      SamplingParams sampling,
      Set<Integer> stopTokens,
      int topLogprobs,
      int priority) {
    this(prompt, maxTokens, sampling, stopTokens, topLogprobs, priority, "", null);
  }

  /** A request whose reasoning is not watched. */
  public GenerationRequest(
      int[] prompt,
      int maxTokens,
      SamplingParams sampling,
      Set<Integer> stopTokens,
      int topLogprobs,
      int priority,
      String cacheSalt,
      @Nullable TokenMask mask) {
    this(
        prompt,
        maxTokens,
        sampling,
        stopTokens,
        topLogprobs,
        priority,
        cacheSalt,
        mask,
        null,
        EarlyExit.OFF);
  }

  /** A request that may draw anything. */
  public GenerationRequest(
      int[] prompt,
      int maxTokens,
      SamplingParams sampling,
      Set<Integer> stopTokens,
      int topLogprobs,
      int priority,
      String cacheSalt) {
    this(prompt, maxTokens, sampling, stopTokens, topLogprobs, priority, cacheSalt, null);
  }

  /** This with its reasoning watched. */
  public GenerationRequest with(@Nullable Reasoning watched) {
    return with(watched, earlyExit);
  }

  /** This with other ways for its tokens through the layers. */
  public GenerationRequest with(EarlyExit exit) {
    return with(reasoning, exit);
  }

  private GenerationRequest with(@Nullable Reasoning watched, EarlyExit exit) {
    return new GenerationRequest(
        prompt,
        maxTokens,
        sampling,
        stopTokens,
        topLogprobs,
        priority,
        cacheSalt,
        mask,
        watched,
        exit);
  }

  /** As the scheduler takes it. */
  SequenceSpec spec() {
    return new SequenceSpec(
        prompt,
        maxTokens,
        stopTokens.stream().mapToInt(Integer::intValue).toArray(),
        priority,
        CacheSalt.of(cacheSalt),
        earlyExit.mark());
  }
}
