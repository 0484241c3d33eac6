package io.tokenlane.node.load;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.sample.SamplingParams;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Runs a few tokens through a fresh engine, so that the first client does not wait until classes
 * are loaded and kernels compiled, and a model that cannot compute is found out at once.
 *
 * <p>Prompts grow from one token up: a kernel costs a hundred times as much before it is compiled,
 * and is compiled as soon as it ran often, on however few rows. Where a device computes, they go on
 * to as many as it cuts work for in other ways, which it tries on the way. The engine's counters
 * include these tokens.
 */
final class WarmUp {
  private static final int LONGEST_PROMPT = 16;
  private static final int LONGEST_ON_DEVICE = 128;
  private static final int TOKENS = 4;
  private static final long BUDGET_MILLIS = 2000;

  private WarmUp() {}

  /** Tokens of the longest prompt that a backend is worth. */
  static int longestPrompt(Backend backend) {
    return backend.draws() ? LONGEST_ON_DEVICE : LONGEST_PROMPT;
  }

  /**
   * Runs it and waits; a model so large that it takes long is let go after its first prompt.
   *
   * @throws IllegalStateException if the model failed
   */
  static void run(Engine engine, int longestPrompt, InstantSource clock) {
    int longest = Math.min(longestPrompt, engine.contextLength() - TOKENS);
    long start = clock.millis();
    for (int length = 1; length <= longest; length *= 2) {
      generate(engine, length);
      if (clock.millis() - start > BUDGET_MILLIS) {
        return;
      }
    }
  }

  private static void generate(Engine engine, int promptTokens) {
    CompletableFuture<GenerationEvent> end = new CompletableFuture<>();
    int[] prompt = new int[promptTokens];
    // A prompt that begins like the last one would find half of its rows computed.
    prompt[0] = promptTokens % engine.model().config().vocabularySize();
    engine.submit(
        new GenerationRequest(prompt, TOKENS, SamplingParams.GREEDY, Set.of(), -1, 0),
        event -> {
          if (!(event instanceof GenerationEvent.Token)) {
            end.complete(event);
          }
        });
    if (end.join() instanceof GenerationEvent.Failed failed) {
      throw new IllegalStateException("model: warm-up failed: " + failed.message());
    }
  }
}
