package io.tokenlane.node.load;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.chat.ChatTemplate;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.model.Weights;
import io.tokenlane.engine.tensor.Tensor;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.PromptEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Loads the model that the settings name: the file, its tokenizer, a backend, an engine. */
public final class ModelLoader implements ModelSlot.ModelSource {
  private final LoadSettings settings;
  private final InstantSource clock;
  private final LoadProgress progress;

  public ModelLoader(LoadSettings settings, InstantSource clock, LoadProgress progress) {
    this.settings = settings;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Loads it.
   *
   * @throws RuntimeException if it cannot be used; the message is one line, fit for an operator
   */
  @Override
  public LoadedModel load() {
    Opened opened = new Opened();
    try {
      return load(opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private LoadedModel load(Opened opened) {
    long start = clock.millis();
    Checkpoint checkpoint = settings.model().map(Checkpoint::open).orElseGet(EmbeddedModel::open);
    opened.whenClosed(checkpoint::close);
    Tokenizer tokenizer = TokenizerReader.read(checkpoint.tokenizer());
    PromptEncoder prompts = prompts(checkpoint, tokenizer);
    Set<Integer> stopTokens = stopTokens(checkpoint, tokenizer);
    BackendOptions options =
        new BackendOptions(settings.threads(), weights(), settings.blas(), true);
    Backends.Selection selection = Backends.select(settings.backend(), options);
    opened.whenClosed(selection.backend()::close);
    Engine engine = engine(checkpoint, tokenizer, selection.backend(), opened);
    checkpoint.release();
    WarmUp.run(engine, WarmUp.longestPrompt(selection.backend()), clock);
    return new LoadedModel(
        name(checkpoint),
        engine,
        prompts,
        new OutputRules(tokenizer, checkpoint.chatTemplate().orElse("")),
        adaptive(checkpoint.config().layers()),
        stopTokens,
        facts(checkpoint, selection, clock.millis() - start),
        clock.instant(),
        opened);
  }

  /** With the model's calibration; what is configured must fit the model. */
  private Adaptive adaptive(int layers) {
    Optional<Calibration> calibration =
        settings.model().map(Calibration::find).orElseGet(EmbeddedModel::calibration);
    calibration.ifPresent(known -> known.of(layers));
    Adaptive adaptive = settings.adaptive().with(calibration);
    int least = adaptive.exit().of(layers, calibration).minLayer();
    if (least >= layers) {
      throw new IllegalArgumentException(
          "tokenlane.node.early-exit.min-layer: %d (expected: 1 to %d, fewer than the model's layers)"
              .formatted(least, layers - 1));
    }
    return adaptive;
  }

  private Engine engine(
      Checkpoint checkpoint, Tokenizer tokenizer, Backend backend, Opened opened) {
    ModelConfig shapes = checkpoint.config().withTokens(tokenizer.vocabularySize());
    Weights weights = new WatchedWeights(checkpoint.weights(), shapes.layers(), progress);
    EngineConfig config = StepRows.fitted(settings.engine(), shapes, backend, checkpoint.bytes());
    Model model = Models.load(shapes, weights, backend, config.maxBatchTokens());
    progress.layers(shapes.layers(), shapes.layers());
    opened.whenClosed(model::close);
    Engine engine = Engine.start(model, config);
    opened.whenClosed(engine::close);
    return engine;
  }

  private String name(Checkpoint checkpoint) {
    String given = settings.servedModelName();
    if (given != null) {
      return given;
    }
    return settings.model().isPresent() ? checkpoint.name() : EmbeddedModel.NAME;
  }

  private WeightFormat weights() {
    return settings.int8() ? WeightFormat.INT8 : WeightFormat.AS_STORED;
  }

  private static PromptEncoder prompts(Checkpoint checkpoint, Tokenizer tokenizer) {
    Map<String, String> variables = new HashMap<>();
    tokenizer.beginOfSequence().ifPresent(id -> variables.put("bos_token", text(tokenizer, id)));
    checkpoint.endOfSequence().stream()
        .min(Integer::compare)
        .ifPresent(id -> variables.put("eos_token", text(tokenizer, id)));
    ChatTemplate template = checkpoint.chatTemplate().map(ChatTemplate::compile).orElse(null);
    return new PromptEncoder(tokenizer, template, variables);
  }

  private static Set<Integer> stopTokens(Checkpoint checkpoint, Tokenizer tokenizer) {
    for (int id : checkpoint.endOfSequence()) {
      if (id < 0 || id >= tokenizer.vocabularySize()) {
        throw new IllegalArgumentException(
            "%s: end-of-sequence token: %d (expected: 0 to %d)"
                .formatted(checkpoint.name(), id, tokenizer.vocabularySize() - 1));
      }
    }
    return checkpoint.endOfSequence();
  }

  private ModelFacts facts(Checkpoint checkpoint, Backends.Selection selection, long loadMillis) {
    return new ModelFacts(
        settings.model().isPresent() ? checkpoint.path().toString() : "embedded",
        checkpoint.config().architecture(),
        selection.backend().name(),
        selection.reason(),
        checkpoint.tensors().stream().mapToLong(Tensor::elements).sum(),
        checkpoint.bytes(),
        checkpoint.config().contextLength(),
        loadMillis);
  }

  private static String text(Tokenizer tokenizer, int id) {
    return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
  }
}
