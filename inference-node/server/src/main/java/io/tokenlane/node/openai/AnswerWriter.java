package io.tokenlane.node.openai;

import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.tool.CallPiece;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.answer.EndReason;
import io.tokenlane.node.answer.ScoredToken;
import io.tokenlane.node.openai.AnswerFlow.ChoicePart;
import io.tokenlane.node.openai.AnswerShape.WholeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Writes the answers of one request: each part as the chunks it becomes, or all of them at the end.
 * Not thread-safe; one for one request.
 */
final class AnswerWriter {
  private final AnswerShape shape;
  private final boolean includeUsage;
  private final int choicesForPrompt;
  private final Choice[] choices;
  private AnswerUsage usage = AnswerUsage.NONE;
  private int ended;

  /**
   * @param includeUsage whether a stream ends with the usage
   * @param choicesForPrompt answers that share a prompt, whose tokens count once
   * @param choices answers in all
   */
  AnswerWriter(AnswerShape shape, boolean includeUsage, int choicesForPrompt, int choices) {
    this.shape = shape;
    this.includeUsage = includeUsage;
    this.choicesForPrompt = choicesForPrompt;
    this.choices = Stream.generate(Choice::new).limit(choices).toArray(Choice[]::new);
  }

  /**
   * The chunks that the next part becomes.
   *
   * @throws ApiException if the answer cannot be completed
   */
  List<Object> chunks(ChoicePart next) {
    List<Object> chunks = new ArrayList<>();
    Choice choice = choices[next.choice()];
    if (!choice.opened && !(next.part() instanceof AnswerPart.Failure)) {
      choice.opened = true;
      chunks.addAll(shape.opening(next.choice()));
    }
    switch (next.part()) {
      case AnswerPart.Delta delta -> chunks.addAll(shape.chunks(next.choice(), delta));
      case AnswerPart.End end -> {
        count(next.choice(), end);
        chunks.add(shape.closing(next.choice(), end));
        if (includeUsage && ended == choices.length) {
          chunks.add(shape.usage(usage));
        }
      }
      case AnswerPart.Failure failure -> throw failed(failure);
    }
    return chunks;
  }

  /**
   * Keeps the next part for {@link #whole()}.
   *
   * @throws ApiException if the answer cannot be completed
   */
  void collect(ChoicePart next) {
    Choice choice = choices[next.choice()];
    switch (next.part()) {
      case AnswerPart.Delta delta -> choice.add(delta);
      case AnswerPart.End end -> {
        count(next.choice(), end);
        choice.reason = end.reason();
        choice.stop = end.stop();
        choice.thinking = end.thinking();
      }
      case AnswerPart.Failure failure -> throw failed(failure);
    }
  }

  /** All answers, once all parts were collected. */
  Object whole() {
    return shape.whole(Stream.of(choices).map(Choice::whole).toList(), usage);
  }

  private void count(int choice, AnswerPart.End end) {
    boolean first = choice % choicesForPrompt == 0;
    usage = usage.plus(first ? end.usage() : end.usage().withoutPrompt());
    ended++;
  }

  private static ApiException failed(AnswerPart.Failure failure) {
    return failure.overloaded()
        ? ApiException.overloaded(failure.message())
        : new ApiException(
            HttpStatus.INTERNAL_SERVER_ERROR, failure.message(), null, "generation_failed");
  }

  private static final class Choice {
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ScoredToken> tokens = new ArrayList<>();
    private final List<CallPiece> calls = new ArrayList<>();
    private @Nullable EndReason reason;
    private @Nullable String stop;
    private @Nullable ThinkingReport thinking;
    private boolean opened;

    void add(AnswerPart.Delta delta) {
      content.append(delta.content());
      reasoning.append(delta.reasoning());
      tokens.addAll(delta.tokens());
      calls.addAll(delta.calls());
    }

    WholeAnswer whole() {
      EndReason why = reason == null ? EndReason.CANCELLED : reason;
      return new WholeAnswer(
          new AnswerPart.Delta(content.toString(), reasoning.toString(), tokens, calls),
          why,
          stop,
          thinking);
    }
  }
}
