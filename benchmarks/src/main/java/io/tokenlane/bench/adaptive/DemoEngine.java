package io.tokenlane.bench.adaptive;

import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.Reasoning;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The demo model in an engine of its own, asked greedily. Prefixes are not reused. */
final class DemoEngine implements AutoCloseable {
  private static final int MOST_TOKENS = 220;
  private static final EngineConfig CONFIG = EngineConfig.defaults().withPrefixReuse(false);

  private final Checkpoint checkpoint;
  private final Backend backend;
  private final Model model;
  private final Engine engine;
  private final Tokenizer tokenizer;
  private final int closing;
  private final boolean owner;

  DemoEngine(Path file, int threads) {
    checkpoint = Checkpoint.open(file);
    tokenizer = TokenizerReader.read(checkpoint.tokenizer());
    closing = tokenizer.id(ReasoningFormat.DEFAULT.close()).orElseThrow();
    backend = Backends.select("auto", new BackendOptions(threads)).backend();
    model =
        Models.load(checkpoint.config(), checkpoint.weights(), backend, CONFIG.maxBatchTokens());
    engine = Engine.start(model, CONFIG);
    owner = true;
  }

  private DemoEngine(DemoEngine first) {
    checkpoint = first.checkpoint;
    backend = first.backend;
    model = first.model;
    tokenizer = first.tokenizer;
    closing = first.closing;
    engine = Engine.start(model, CONFIG);
    owner = false;
  }

  /**
   * Another engine on this one's model, as that is in the caches of whoever serves it; for use in
   * turns. To be closed before this one.
   */
  DemoEngine another() {
    return new DemoEngine(this);
  }

  /** How questions are asked. */
  record Way(EarlyExit exit, ReasoningRules rules) {
    /** As without any of this. */
    static final Way PLAIN = new Way(EarlyExit.OFF, ReasoningRules.NONE);

    static Way exit(EarlyExit exit) {
      return new Way(exit, ReasoningRules.NONE);
    }

    static Way rules(ReasoningRules rules) {
      return new Way(EarlyExit.OFF, rules);
    }
  }

  DemoAnswer ask(Question task, Way way) {
    return submit(task, way).join();
  }

  /** All answers, with so many questions at once. */
  List<DemoAnswer> askAll(List<Question> tasks, Way way, int atOnce) {
    List<DemoAnswer> answers = new ArrayList<>();
    ArrayDeque<CompletableFuture<DemoAnswer>> running = new ArrayDeque<>();
    for (Question task : tasks) {
      if (running.size() == atOnce) {
        answers.add(running.remove().join());
      }
      running.add(submit(task, way));
    }
    running.forEach(answer -> answers.add(answer.join()));
    return answers;
  }

  private CompletableFuture<DemoAnswer> submit(Question task, Way way) {
    String text = "<|im_start|>user\n" + task.question() + "<|im_end|>\n<|im_start|>assistant\n";
    GenerationRequest request =
        new GenerationRequest(
                tokenizer.encode(text, Specials.PARSE),
                MOST_TOKENS,
                SamplingParams.GREEDY,
                checkpoint.endOfSequence(),
                -1,
                0)
            .with(way.rules.limits() ? watched(way.rules) : null)
            .with(way.exit);
    Collector collector = new Collector(System.nanoTime());
    engine.submit(request, collector::on);
    return collector.answer;
  }

  private Reasoning watched(ReasoningRules rules) {
    ReasoningFormat format = ReasoningFormat.DEFAULT;
    int[] closing = tokenizer.encode(format.close(), Specials.PARSE);
    return new Reasoning(rules, format, closing, tokenizer::bytes, false);
  }

  private final class Collector {
    private final CompletableFuture<DemoAnswer> answer = new CompletableFuture<>();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final long start;
    private int tokens;
    private int closedAt;

    Collector(long start) {
      this.start = start;
    }

    void on(GenerationEvent event) {
      switch (event) {
        case GenerationEvent.Token token -> {
          text.writeBytes(tokenizer.bytes(token.token()));
          tokens++;
          closedAt = token.token() == closing ? tokens : closedAt;
        }
        case GenerationEvent.Finished end ->
            answer.complete(
                new DemoAnswer(
                    text.toString(StandardCharsets.UTF_8),
                    tokens,
                    closedAt,
                    System.nanoTime() - start));
        case GenerationEvent.Failed failed ->
            answer.completeExceptionally(new IllegalStateException(failed.message()));
      }
    }
  }

  @Override
  public void close() {
    engine.close();
    if (owner) {
      model.close();
      backend.close();
      checkpoint.close();
    }
  }
}
