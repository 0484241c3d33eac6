package io.tokenlane.node.calibrate;

import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder.Conversation;
import io.tokenlane.node.calibrate.LayerProbe.Text;
import io.tokenlane.node.load.Calibration;
import io.tokenlane.node.load.LoadedModel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Measures a model's layers on answers of its own and chooses thresholds, on an idle engine. */
public final class Calibrator {
  private static final float HIGHEST = 0.99999f;
  private static final float NEVER = 2;

  private final LoadedModel model;
  private final double loss;
  private final double answers;
  private final int maxTokens;
  private final Progress progress;

  /** Is told how far a round of answers is; there are two rounds, or more. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param done answers that are there, from 0
     * @param all answers of this round, at least 1
     */
    void answered(int done, int all);
  }

  /**
   * What was measured and chosen.
   *
   * @param lost share of tokens that differ from those of all layers, 0 to 1
   * @param work work for a token, in layers; all layers and the head are {@code full}
   * @param exits share of tokens that leave early, 0 to 1
   * @param changed share of the answers that come out differently, 0 to 1; reasoning is not looked
   *     at
   */
  public record Outcome(
      Calibration calibration,
      double lost,
      double work,
      double full,
      double exits,
      double changed) {}

  /**
   * @param loss share of tokens that may differ, 0 to 1
   * @param answers share of answers that may come out differently, 0 to 1
   * @param maxTokens most tokens of an answer
   */
  public Calibrator(
      LoadedModel model, double loss, double answers, int maxTokens, Progress progress) {
    this.progress = progress;
    this.answers = answers;
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
    List<Text> texts = answers(questions, EarlyExit.OFF);
    LayerProbe probe = new LayerProbe(model.engine().model());
    probe.ask(texts);
    LayerScores scores = probe.scores();
    ThresholdSearch.Costs costs = costs(model.engine().model().config());
    ThresholdSearch.Choice choice = new ThresholdSearch(scores, loss, costs).choose();
    double changed = changed(questions, texts, choice.thresholds());
    for (double wanted = loss / 2; changed > answers && choice.exits() > 0; wanted /= 4) {
      choice = stricter(scores, choice, wanted, costs);
      changed = changed(questions, texts, choice.thresholds());
    }
    List<Float> agreement = new ArrayList<>();
    for (int layer = 0; layer < scores.layers(); layer++) {
      agreement.add(scores.agreement(layer));
    }
    return new Outcome(
        new Calibration(loss, scores.tokens(), agreement, choice.thresholds()),
        choice.loss(),
        choice.layers(),
        scores.layers() + 1 + costs.head(),
        choice.exits(),
        changed);
  }

  /** Fewer wrong tokens; once there are none on the text of all layers, thresholds nearer to 1. */
  private static ThresholdSearch.Choice stricter(
      LayerScores scores, ThresholdSearch.Choice last, double loss, ThresholdSearch.Costs costs) {
    ThresholdSearch search = new ThresholdSearch(scores, loss, costs);
    if (last.loss() > 0) {
      return search.choose();
    }
    float[] thresholds = new float[last.thresholds().size()];
    for (int layer = 0; layer < thresholds.length; layer++) {
      float threshold = last.thresholds().get(layer);
      float nearer = 1 - (1 - threshold) / 3;
      thresholds[layer] = nearer < HIGHEST ? nearer : NEVER;
    }
    return search.weigh(thresholds);
  }

  /** Share of the answers, from behind the reasoning, that come out differently. */
  private double changed(List<String> questions, List<Text> texts, List<Float> thresholds) {
    EarlyExit exit = new EarlyExit(EarlyExit.Mode.THRESHOLD, 1, 1, 1, thresholds);
    List<Text> others = answers(questions, exit);
    int changed = 0;
    for (int i = 0; i < texts.size(); i++) {
      changed += answer(texts.get(i)).equals(answer(others.get(i))) ? 0 : 1;
    }
    return (double) changed / texts.size();
  }

  /** What follows the reasoning: how often a model checks its result is no part of that. */
  private String answer(Text text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = text.prompt(); i < text.tokens().length; i++) {
      bytes.writeBytes(model.tokenizer().bytes(text.tokens()[i]));
    }
    String all = bytes.toString(StandardCharsets.UTF_8);
    String close = model.adaptive().format().close();
    int end = all.indexOf(close);
    return end < 0 ? all : all.substring(end + close.length());
  }

  /** Multiplications of the head, and of a layer's keys and values, beside those of a layer. */
  private static ThresholdSearch.Costs costs(ModelConfig config) {
    double hidden = config.hiddenSize();
    double kv = 2.0 * config.kvWidth() * hidden;
    double layer =
        2.0 * config.queryWidth() * hidden + kv + 3.0 * config.intermediateSize() * hidden;
    return new ThresholdSearch.Costs(config.vocabularySize() * hidden / layer, kv / layer);
  }

  private List<Text> answers(List<String> questions, EarlyExit exit) {
    List<Text> texts = new ArrayList<>();
    int wave = 32;
    for (int from = 0; from < questions.size(); from += wave) {
      List<CompletableFuture<Text>> running = new ArrayList<>();
      for (String question : questions.subList(from, Math.min(questions.size(), from + wave))) {
        running.add(answer(question, exit));
      }
      for (CompletableFuture<Text> text : running) {
        texts.add(text.join());
        progress.answered(texts.size(), questions.size());
      }
    }
    return texts;
  }

  private CompletableFuture<Text> answer(String question, EarlyExit exit) {
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
                    prompt.tokens(), room, SamplingParams.GREEDY, model.stopTokens(), -1, 0)
                .with(exit),
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
