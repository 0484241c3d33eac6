package io.tokenlane.node.openai;

import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.engine.grammar.GrammarException;
import io.tokenlane.engine.sample.TokenMask;
import io.tokenlane.node.answer.AnswerFormat;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.openai.AnswerFlow.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Makes the sequences of a request.
 *
 * @param model what runs them
 * @param options what the request wants
 * @param defaultMaxTokens most tokens to generate where the request does not say
 * @param param the field that holds the prompt, for errors
 * @param output what the output is held to, and what is looked for in it
 */
record Sequences(
    LoadedModel model,
    GenerationOptions options,
    int defaultMaxTokens,
    String param,
    Output output) {

  private static final int MAX_SEQUENCES = 1024;

  /**
   * The sequences for these prompts, prompt by prompt.
   *
   * @throws ApiException if a prompt leaves no room in the context, or there are too many
   */
  RunPlan of(List<Prompt> prompts) {
    requireRoom((long) prompts.size() * options.choices());
    List<Sequence> sequences = new ArrayList<>();
    for (Prompt prompt : prompts) {
      int maxTokens = maxTokens(prompt);
      for (int choice = 0; choice < options.choices(); choice++) {
        sequences.add(sequence(prompt, maxTokens, choice));
      }
    }
    return new RunPlan(model, sequences);
  }

  /** Whoever asks for more than may ever run and wait would be told to come again for ever. */
  private void requireRoom(long answers) {
    int most = Math.min(MAX_SEQUENCES, model.engine().mostInFlight());
    if (answers > most) {
      throw ApiException.field(
          options.choices() > 1 ? "n" : param, answers + " answers", "at most " + most + " in all");
    }
  }

  private Sequence sequence(Prompt prompt, int maxTokens, int choice) {
    Grammar grammar = output.grammar;
    boolean endless = options.ignoreEos() && grammar == null;
    Set<Integer> stopTokens = endless ? Set.of() : model.stopTokens();
    TokenMask mask = grammar == null ? null : mask(grammar, maxTokens);
    return new Sequence(
        new GenerationRequest(
                prompt.tokens(),
                maxTokens,
                options.sampling(choice),
                stopTokens,
                options.topLogprobs(),
                options.priority(),
                options.cacheSalt(),
                mask)
            .with(output.adaptive.watched(model, prompt.opensReasoning()))
            .with(output.adaptive.earlyExit(model)),
        new AnswerFormat(stopTokens, options.stop(), output.reasoning, output.calls));
  }

  private TokenMask mask(Grammar grammar, int maxTokens) {
    try {
      return grammar.mask(maxTokens, model.stopTokens());
    } catch (GrammarException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()), "no_end_token");
    }
  }

  /**
   * What becomes of the output.
   *
   * @param reasoning where reasoning is looked for
   * @param calls how tool calls are found; null if they are not looked for
   * @param grammar what the output is held to; null for nothing
   * @param adaptive how work is saved
   */
  record Output(
      Reasoning reasoning,
      AnswerFormat.@Nullable Calls calls,
      @Nullable Grammar grammar,
      AdaptiveFields adaptive) {

    /** Free text. */
    static Output text(AdaptiveFields adaptive) {
      return new Output(Reasoning.NONE, null, null, adaptive);
    }
  }

  /** What is wanted; where that is not said, what is left of the context at the most. */
  private int maxTokens(Prompt prompt) {
    int room = model.roomAfter(prompt);
    if (room <= 0) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "%s: %d tokens (expected: fewer than the context of %d tokens)"
              .formatted(param, prompt.tokens().length, model.contextLength()),
          param,
          "context_length_exceeded");
    }
    OptionalInt wanted = options.maxTokens();
    if (wanted.orElse(0) > room) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "max_tokens: %d (expected: at most %d, the context of %d less %d prompt tokens)"
              .formatted(wanted.getAsInt(), room, model.contextLength(), prompt.tokens().length),
          "max_tokens",
          "context_length_exceeded");
    }
    return Math.min(wanted.orElse(defaultMaxTokens), room);
  }

  /** Sequences and the model to run them on. */
  record RunPlan(LoadedModel model, List<Sequence> sequences) {}
}
