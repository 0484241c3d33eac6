package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.sample.SamplingParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Tokens per second of the engine on the demo model (INT8), one thread, decode and prefill, beside
 * the scalar backend in the same run.
 */
final class EngineBenchmark implements Benchmark {
  private static final String MODEL =
      "inference-node/server/src/main/resources/models/demo-q8_0.gguf";
  private static final int SHORT_PROMPT = 8;
  private static final int LONG_PROMPT = 512;

  private final Path model;
  private final SplittableRandom random = new SplittableRandom(42);

  EngineBenchmark(Path root) {
    model = root.resolve(MODEL);
  }

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    Figures vector = measure("vector", quick ? 3 : 9);
    Figures scalar = measure("scalar", quick ? 1 : 3);
    return List.of(
        row("decode, 1 sequence", vector.decode1, scalar.decode1),
        row("decode, 8 sequences", vector.decode8, scalar.decode8),
        row("decode, 32 sequences", vector.decode32, scalar.decode32),
        row("prefill, 512 tokens", vector.prefill, scalar.prefill));
  }

  private static Row row(String id, Samples vector, Samples scalar) {
    return Row.of(id, vector.median(), "tokens/s", Row.Better.HIGHER)
        .withPeer("scalar backend", scalar.median());
  }

  private Figures measure(String backendName, int rounds) throws Exception {
    Figures figures = new Figures(new Samples(), new Samples(), new Samples(), new Samples());
    EngineConfig config = EngineConfig.defaults().withPrefixReuse(false);
    try (Checkpoint checkpoint = Checkpoint.open(model);
        var backend = Backends.select(backendName, new BackendOptions(1)).backend();
        var loaded =
            Models.load(
                checkpoint.config(), checkpoint.weights(), backend, config.maxBatchTokens());
        Engine engine = Engine.start(loaded, config)) {
      int vocabulary = checkpoint.config().vocabularySize();
      for (int round = -1; round < rounds; round++) {
        Figures into = round < 0 ? Figures.discarded() : figures;
        into.decode1.add(tokensPerSecond(engine, vocabulary, new Load(1, SHORT_PROMPT, 256)));
        into.decode8.add(tokensPerSecond(engine, vocabulary, new Load(8, SHORT_PROMPT, 128)));
        into.decode32.add(tokensPerSecond(engine, vocabulary, new Load(32, SHORT_PROMPT, 64)));
        into.prefill.add(tokensPerSecond(engine, vocabulary, new Load(1, LONG_PROMPT, 1)));
      }
    }
    return figures;
  }

  /** Prompt tokens count for a load that generates one token, generated tokens for all others. */
  private double tokensPerSecond(Engine engine, int vocabulary, Load load) throws Exception {
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < load.sequences(); i++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      ends.add(end);
      int[] prompt = random.ints(load.promptTokens(), 0, vocabulary).toArray();
      engine.submit(
          new GenerationRequest(
              prompt, load.outputTokens(), SamplingParams.GREEDY, Set.of(), -1, 0),
          event -> settle(event, end));
    }
    for (CompletableFuture<Void> end : ends) {
      end.get();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    int each = load.outputTokens() == 1 ? load.promptTokens() : load.outputTokens();
    return load.sequences() * each / seconds;
  }

  private static void settle(GenerationEvent event, CompletableFuture<Void> end) {
    switch (event) {
      case GenerationEvent.Token token -> {}
      case GenerationEvent.Finished finished -> end.complete(null);
      case GenerationEvent.Failed failed ->
          end.completeExceptionally(new IllegalStateException(failed.message()));
    }
  }

  /** So many sequences at once, of so many tokens each. */
  private record Load(int sequences, int promptTokens, int outputTokens) {}

  private record Figures(Samples decode1, Samples decode8, Samples decode32, Samples prefill) {
    static Figures discarded() {
      return new Figures(new Samples(), new Samples(), new Samples(), new Samples());
    }
  }
}
