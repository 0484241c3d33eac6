package io.tokenlane.engine;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.Arrays;
import java.util.Set;

/**
 * The beginning of prompts to come, to be computed ahead. Its full blocks are; what is left over is
 * computed with each prompt.
 *
 * @param prompt token ids, at least a full block; not changed afterwards by the caller
 * @param priority as in {@link GenerationRequest}
 * @param cacheSalt as in {@link GenerationRequest}
 * @param pinned whether its blocks stay until the generation is cancelled; else they stay until
 *     others need their place
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over, never compared
public record PrefillRequest(int[] prompt, int priority, String cacheSalt, boolean pinned) {

  /** Its full blocks, as a request that generates nothing. */
  GenerationRequest trimmed(int blockSize) {
    int[] whole = Arrays.copyOf(prompt, prompt.length / blockSize * blockSize);
    return new GenerationRequest(
        whole, 0, SamplingParams.GREEDY, Set.of(), -1, priority, cacheSalt);
  }
}
