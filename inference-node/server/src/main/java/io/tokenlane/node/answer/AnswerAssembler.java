package io.tokenlane.node.answer;

import io.tokenlane.engine.FinishReason;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.reason.ReasoningSplitter;
import io.tokenlane.engine.token.Detokenizer;
import io.tokenlane.engine.token.StopStrings;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes an answer of a generation's events: decodes tokens, cuts at the first stop string, splits
 * off the reasoning. Text that may yet become part of a stop string or a tag is held back. Not
 * thread-safe; one for one generation, away from the engine's step thread.
 */
public final class AnswerAssembler {
  private final AnswerFormat format;
  private final Detokenizer detokenizer;
  private final StopStrings stops;
  private final @Nullable ReasoningSplitter splitter;
  private final List<ScoredToken> held = new ArrayList<>();
  private int decodedCharacters;
  private int passedCharacters;
  private int completionTokens;
  private int reasoningTokens;
  private boolean stopped;

  public AnswerAssembler(Tokenizer tokenizer, AnswerFormat format) {
    this.format = format;
    detokenizer = new Detokenizer(tokenizer);
    stops = new StopStrings(format.stopStrings());
    splitter =
        format.reasoning() == Reasoning.NONE
            ? null
            : new ReasoningSplitter(format.reasoning() == Reasoning.OPENED_BY_PROMPT);
  }

  /** Takes the next event and gives what of the answer is decided; often one part, or none. */
  public List<AnswerPart> accept(GenerationEvent event) {
    return switch (event) {
      case GenerationEvent.Token token -> stopped ? List.of() : accept(token);
      case GenerationEvent.Finished finished -> finish(finished);
      case GenerationEvent.Failed failed ->
          List.of(new AnswerPart.Failure(failed.message(), failed.overloaded()));
    };
  }

  /** Whether a stop string was found, so that the generation should be cancelled. */
  public boolean stopped() {
    return stopped;
  }

  private List<AnswerPart> accept(GenerationEvent.Token token) {
    boolean wasReasoning = reasoning();
    completionTokens++;
    if (format.stopTokens().contains(token.token())) {
      return List.of();
    }
    String text = detokenizer.accept(token.token());
    hold(token);
    List<AnswerPart> parts = pass(text);
    if (wasReasoning || reasoning()) {
      reasoningTokens++;
    }
    return parts;
  }

  private List<AnswerPart> pass(String text) {
    decodedCharacters += text.length();
    String passed = stops.accept(text);
    passedCharacters += passed.length();
    if (stops.match().isPresent()) {
      stopped = true;
      held.removeIf(token -> token.offset() >= passedCharacters);
    }
    return delta(split(passed), false);
  }

  private List<AnswerPart> finish(GenerationEvent.Finished finished) {
    List<AnswerPart> parts = new ArrayList<>(pass(detokenizer.finish()));
    ReasoningSplitter.Split rest = split(stops.finish());
    parts.addAll(delta(rest, splitter == null));
    if (splitter != null) {
      parts.addAll(delta(splitter.finish(), true));
    }
    GenerationEvent.Usage usage = finished.usage();
    parts.add(
        new AnswerPart.End(
            stopped ? FinishReason.STOP : finished.reason(),
            new AnswerUsage(
                usage.promptTokens(), usage.cachedTokens(), completionTokens, reasoningTokens)));
    return parts;
  }

  private ReasoningSplitter.Split split(String text) {
    return splitter == null ? new ReasoningSplitter.Split("", text) : splitter.accept(text);
  }

  private boolean reasoning() {
    return splitter != null && splitter.inside();
  }

  /** The text with the tokens behind it; nothing while there is no text, unless it is the last. */
  private List<AnswerPart> delta(ReasoningSplitter.Split split, boolean last) {
    boolean empty = split.content().isEmpty() && split.reasoning().isEmpty();
    if (empty && !(last && !held.isEmpty())) {
      return List.of();
    }
    List<ScoredToken> tokens = List.copyOf(held);
    held.clear();
    return List.of(new AnswerPart.Delta(split.content(), split.reasoning(), tokens));
  }

  private void hold(GenerationEvent.Token token) {
    if (Float.isNaN(token.logprob())) {
      return;
    }
    List<ScoredToken.Alternative> top = new ArrayList<>();
    for (int i = 0; i < token.topTokens().length; i++) {
      top.add(new ScoredToken.Alternative(token.topTokens()[i], token.topLogprobs()[i]));
    }
    held.add(new ScoredToken(token.token(), decodedCharacters, token.logprob(), List.copyOf(top)));
  }
}
