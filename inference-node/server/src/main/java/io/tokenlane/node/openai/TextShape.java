package io.tokenlane.node.openai;

import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.answer.AnswerPart.Delta;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.answer.ScoredToken;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Plain completions. */
final class TextShape implements AnswerShape {
  private final Wire.Head head;
  private final TokenText tokens;
  private final boolean logprobs;
  private final IntFunction<String> echo;

  /**
   * @param echo what the answer with this index begins with; may be empty
   */
  TextShape(Wire.Head head, Tokenizer tokenizer, boolean logprobs, IntFunction<String> echo) {
    this.head = head;
    tokens = new TokenText(tokenizer);
    this.logprobs = logprobs;
    this.echo = echo;
  }

  @Override
  public List<Object> opening(int choice) {
    String prompt = echo.apply(choice);
    return prompt.isEmpty() ? List.of() : List.of(piece(choice, prompt, List.of()));
  }

  @Override
  public List<Object> chunks(int choice, Delta delta) {
    return List.of(piece(choice, delta.content(), delta.tokens()));
  }

  @Override
  public Object closing(int choice, AnswerPart.End end) {
    Wire.TextChoice part =
        new Wire.TextChoice(
            choice,
            "",
            null,
            AnswerShape.name(end.reason()),
            end.stop(),
            Wire.Adaptive.of(end.thinking()));
    return new Wire.TextCompletion(head, List.of(part), null);
  }

  @Override
  public Object usage(AnswerUsage usage) {
    return new Wire.TextCompletion(head, List.of(), Wire.Usage.of(usage));
  }

  @Override
  public Object whole(List<WholeAnswer> answers, AnswerUsage usage) {
    List<Wire.TextChoice> choices = new ArrayList<>();
    for (WholeAnswer answer : answers) {
      int choice = choices.size();
      choices.add(
          new Wire.TextChoice(
              choice,
              echo.apply(choice) + answer.text().content(),
              logprobs ? scored(answer.text().tokens()) : null,
              AnswerShape.name(answer.reason()),
              answer.stop(),
              Wire.Adaptive.of(answer.thinking())));
    }
    return new Wire.TextCompletion(head, choices, Wire.Usage.of(usage));
  }

  private Wire.TextCompletion piece(int choice, String text, List<ScoredToken> scored) {
    Wire.TextLogprobs scores = scored.isEmpty() ? null : scored(scored);
    Wire.TextChoice part = new Wire.TextChoice(choice, text, scores, null, null, null);
    return new Wire.TextCompletion(head, List.of(part), null);
  }

  private Wire.TextLogprobs scored(List<ScoredToken> scored) {
    return new Wire.TextLogprobs(
        scored.stream().map(token -> tokens.text(token.id())).toList(),
        scored.stream().map(ScoredToken::logprob).toList(),
        scored.stream().map(this::top).toList(),
        scored.stream().map(ScoredToken::offset).toList());
  }

  private Map<String, Float> top(ScoredToken token) {
    Map<String, Float> top = new LinkedHashMap<>();
    token.top().forEach(other -> top.putIfAbsent(tokens.text(other.id()), other.logprob()));
    // As in OpenAI's API, the chosen token is there even if it is none of the most likely ones.
    top.putIfAbsent(tokens.text(token.id()), token.logprob());
    return top;
  }
}
