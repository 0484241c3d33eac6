package io.tokenlane.node.calibrate;

import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder.Conversation;
import io.tokenlane.node.calibrate.LayerProbe.Text;
import io.tokenlane.node.load.Calibration;
import io.tokenlane.node.load.LoadedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Measures a model's layers on answers of its own and chooses thresholds. Ends its engine. */
public final class Calibrator {
  private final LoadedModel model;
  private final double loss;
  private final int maxTokens;

  /**
   * What was measured and chosen.
   *
   * @param lost share of tokens that differ from those of all layers, 0 to 1
   * @param work work for a token, in layers; all layers and the head are {@code full}
   * @param exits share of tokens that leave early, 0 to 1
   */
  public record Outcome(
      Calibration calibration, double lost, double work, double full, double exits) {}

  /**
   * @param loss wanted share of tokens that may differ, 0 to 1
   * @param maxTokens most tokens of an answer
   */
  public Calibrator(LoadedModel model, double loss, int maxTokens) {
    this.model = model;
    this.loss = loss;
    this.maxTokens = maxTokens;
  }

  /**
   * Prompts of a file, one a line: plain text, or a JSON object with {@code question} or {@code
   * prompt}.
   *
   * @param most how many at the most
   * @throws IllegalArgumentException if the file holds none, or a line is not as it should be
   */
  public static List<String> questions(Path file, int most) {
    return Questions.read(file, most);
  }

  /**
   * Runs it.
   *
   * @throws IllegalArgumentException if a prompt does not fit the model
   * @throws IllegalStateException if the engine fails
   */
  public Outcome run(List<String> questions) {
    List<Text> texts = answers(questions);
    model.engine().close();
    LayerProbe probe = new LayerProbe(model.engine().model());
    probe.ask(texts);
    LayerScores scores = probe.scores();
    ThresholdSearch.Costs costs = costs(model.engine().model().config());
    ThresholdSearch.Choice choice = new ThresholdSearch(scores, loss, costs).choose();
    List<Float> agreement = new ArrayList<>();
    for (int layer = 0; layer < scores.layers(); layer++) {
      agreement.add(scores.agreement(layer));
    }
    return new Outcome(
        new Calibration(loss, scores.tokens(), agreement, choice.thresholds()),
        choice.loss(),
        choice.layers(),
        scores.layers() + 1 + costs.head(),
        choice.exits());
  }

  /** Multiplications of the head, and of a layer's keys and values, beside those of a layer. */
  private static ThresholdSearch.Costs costs(ModelConfig config) {
    double hidden = config.hiddenSize();
    double kv = 2.0 * config.kvWidth() * hidden;
    double layer =
        2.0 * config.queryWidth() * hidden + kv + 3.0 * config.intermediateSize() * hidden;
    return new ThresholdSearch.Costs(config.vocabularySize() * hidden / layer, kv / layer);
  }

  private List<Text> answers(List<String> questions) {
    List<Text> texts = new ArrayList<>();
    int wave = 32;
    for (int from = 0; from < questions.size(); from += wave) {
      List<CompletableFuture<Text>> running = new ArrayList<>();
      for (String question : questions.subList(from, Math.min(questions.size(), from + wave))) {
        running.add(answer(question));
      }
      running.forEach(text -> texts.add(text.join()));
    }
    return texts;
  }

  private CompletableFuture<Text> answer(String question) {
    Prompt prompt =
        model.prompts().hasTemplate()
            ? model.prompts().chat(Conversation.of(question))
            : model.prompts().raw(question, true);
    int room = Math.min(maxTokens, Math.max(1, model.roomAfter(prompt)));
    CompletableFuture<Text> text = new CompletableFuture<>();
    int[] tokens = Arrays.copyOf(prompt.tokens(), prompt.tokens().length + room);
    int[] length = {prompt.tokens().length};
    model
        .engine()
        .submit(
            new GenerationRequest(
                prompt.tokens(), room, SamplingParams.GREEDY, model.stopTokens(), -1, 0),
            event -> {
              switch (event) {
                case GenerationEvent.Token token -> tokens[length[0]++] = token.token();
                case GenerationEvent.Finished end ->
                    text.complete(
                        new Text(Arrays.copyOf(tokens, length[0]), prompt.tokens().length));
                case GenerationEvent.Failed failed ->
                    text.completeExceptionally(new IllegalStateException(failed.message()));
              }
            });
    return text;
  }
}
