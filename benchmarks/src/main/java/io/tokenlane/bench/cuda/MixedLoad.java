package io.tokenlane.bench.cuda;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.sample.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests of mixed lengths that are all there at once: prompts of evenly spread lengths, answers
 * of exponentially spread ones, so that most are short and few are long, as where people chat.
 */
final class MixedLoad {
  /** Most requests of a batch, here as with the peer. */
  static final int BATCH = 64;

  private static final long SEED = 42;
  private static final int LONGEST_PROMPT = 512;
  private static final int LONGEST_ANSWER = 1024;
  private static final double MEAN_ANSWER = 128;
  private static final int BLOCK = 16;
  private static final int WARM_UP = 8;
  private static final double NANOS = 1e9;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final List<Lengths> requests;

  /**
   * Tokens of a request.
   *
   * @param prompt at least 1
   * @param answer at least 1
   */
  record Lengths(int prompt, int answer) {}

  MixedLoad(int count) {
    this(count, LONGEST_PROMPT, LONGEST_ANSWER);
  }

  MixedLoad(int count, int longestPrompt, int longestAnswer) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Lengths> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int prompt = 1 + random.nextInt(longestPrompt);
      double answer = 1 - MEAN_ANSWER * Math.log(1 - random.nextDouble());
      all.add(new Lengths(prompt, (int) Math.min(longestAnswer, answer)));
    }
    requests = List.copyOf(all);
  }

  List<Lengths> requests() {
    return requests;
  }

  /**
   * Has the engine answer all of them, with continuous batching.
   *
   * @param maxRows most rows of a step
   * @return tokens of answers in a second
   */
  double run(Model model, int maxRows, KvType cache) throws InterruptedException {
    int longest = requests.stream().mapToInt(it -> it.prompt() + it.answer()).max().orElse(0);
    int blocks = Math.ceilDiv(longest, BLOCK) * Math.min(BATCH, requests.size());
    EngineConfig config =
        EngineConfig.defaults()
            .withBlockSize(BLOCK)
            .withKvBlocks(blocks)
            .withKvType(cache)
            .withPrefixReuse(false)
            .withMaxWaiting(requests.size())
            .withQueueDeadlineNanos(PATIENCE.toNanos())
            .withBatch(BATCH, maxRows);
    try (Engine engine = Engine.start(model, config)) {
      answer(engine, model, requests.subList(0, Math.min(WARM_UP, requests.size())));
      long begun = System.nanoTime();
      long tokens = answer(engine, model, requests);
      return tokens / ((System.nanoTime() - begun) / NANOS);
    }
  }

  private static long answer(Engine engine, Model model, List<Lengths> all)
      throws InterruptedException {
    SplittableRandom random = new SplittableRandom(SEED);
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    long tokens = 0;
    for (Lengths lengths : all) {
      tokens += lengths.answer();
      int[] prompt = random.ints(lengths.prompt(), 0, model.config().tokens()).toArray();
      CompletableFuture<Void> end = new CompletableFuture<>();
      ends.add(end);
      GenerationRequest request =
          new GenerationRequest(prompt, lengths.answer(), SamplingParams.GREEDY, Set.of(), -1, 0);
      engine.submit(request, event -> hear(event, end));
    }
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("mixed lengths: " + e.getMessage(), e);
    }
    return tokens;
  }

  private static void hear(GenerationEvent event, CompletableFuture<Void> end) {
    switch (event) {
      case GenerationEvent.Token _ -> {}
      case GenerationEvent.Finished _ -> end.complete(null);
      case GenerationEvent.Failed failed ->
          end.completeExceptionally(new IllegalStateException(failed.message()));
    }
  }
}
