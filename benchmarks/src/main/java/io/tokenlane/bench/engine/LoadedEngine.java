package io.tokenlane.bench.engine;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.KvStrategy;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.sample.SamplingParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** An engine on a model file, and loads to put on it. Prompts are random. */
final class LoadedEngine implements AutoCloseable {
  private final EngineConfig config;
  private final Checkpoint checkpoint;
  private final Backend backend;
  private final Model model;
  private final Engine engine;
  private final SplittableRandom random = new SplittableRandom(42);

  LoadedEngine(Path file, String backendName, BackendOptions options, EngineConfig config) {
    this.config = config;
    checkpoint = Checkpoint.open(file);
    backend = Backends.select(backendName, options).backend();
    model =
        Models.load(checkpoint.config(), checkpoint.weights(), backend, config.maxBatchTokens());
    engine = Engine.start(model, config);
  }

  Engine engine() {
    return engine;
  }

  Model model() {
    return model;
  }

  /** Bytes of the weights that a token is multiplied with. */
  long weightBytes() {
    return checkpoint.bytes();
  }

  /** Bytes of a block of the KV cache. */
  long kvBlockBytes() {
    boolean paged = config.kv().strategy() == KvStrategy.PAGED;
    int slots = paged ? config.kv().blockSize() : model.config().contextLength();
    return slots * model.kvBytesPerToken(config.kv().type());
  }

  int[] prompt(int tokens) {
    return random.ints(tokens, 0, model.config().vocabularySize()).toArray();
  }

  Timeline submit(int[] prompt, int tokens) {
    Timeline timeline = new Timeline(tokens);
    engine.submit(
        new GenerationRequest(prompt, tokens, SamplingParams.GREEDY, Set.of(), -1, 0), timeline);
    return timeline;
  }

  /** Tokens per second of sequences side by side, from the first token of the last one on. */
  double decode(int sequences, int prompt, int tokens) {
    List<Timeline> timelines = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      timelines.add(submit(prompt(prompt), tokens));
    }
    timelines.forEach(Timeline::await);
    long start = timelines.stream().mapToLong(Timeline::first).max().orElseThrow();
    long end = timelines.stream().mapToLong(Timeline::last).min().orElseThrow();
    long counted = 0;
    for (Timeline timeline : timelines) {
      counted += timeline.tokensAfter(start) - timeline.tokensAfter(end);
    }
    return counted / ((end - start) / 1e9);
  }

  /** Tokens per second of a prompt, until the token behind it is there. */
  double prefill(int tokens) {
    Timeline timeline = submit(prompt(tokens), 1).await();
    return tokens / (timeline.sinceSubmitted(timeline.first()) / 1e9);
  }

  @Override
  public void close() {
    engine.close();
    model.close();
    backend.close();
    checkpoint.close();
  }
}
