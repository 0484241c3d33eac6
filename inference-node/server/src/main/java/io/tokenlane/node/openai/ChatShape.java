package io.tokenlane.node.openai;

import io.tokenlane.engine.FinishReason;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.AnswerPart.Delta;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.answer.ScoredToken;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chat completions. */
final class ChatShape implements AnswerShape {
  private static final Delta NO_TEXT = new Delta("", "", List.of());

  private final Wire.Head head;
  private final TokenText tokens;
  private final boolean logprobs;

  ChatShape(Wire.Head head, Tokenizer tokenizer, boolean logprobs) {
    this.head = head;
    tokens = new TokenText(tokenizer);
    this.logprobs = logprobs;
  }

  @Override
  public List<Object> opening(int choice) {
    return List.of(chunk(choice, new Wire.Delta("assistant", "", null), NO_TEXT, null));
  }

  @Override
  public Object chunk(int choice, Delta delta) {
    Wire.Delta text =
        new Wire.Delta(null, emptyToNull(delta.content()), emptyToNull(delta.reasoning()));
    return chunk(choice, text, delta, null);
  }

  @Override
  public Object closing(int choice, FinishReason reason) {
    Wire.Delta nothing = new Wire.Delta(null, null, null);
    return chunk(choice, nothing, NO_TEXT, AnswerShape.name(reason));
  }

  @Override
  public Object usage(AnswerUsage usage) {
    return new Wire.ChatChunk(head, List.of(), Wire.Usage.of(usage));
  }

  @Override
  public Object whole(List<WholeAnswer> answers, AnswerUsage usage) {
    List<Wire.ChatChoice> choices = new ArrayList<>();
    for (WholeAnswer answer : answers) {
      Delta text = answer.text();
      choices.add(
          new Wire.ChatChoice(
              choices.size(),
              new Wire.ChatMessage(
                  "assistant", text.content(), emptyToNull(text.reasoning()), null),
              logprobs ? new Wire.ChatLogprobs(scored(text.tokens()), null) : null,
              AnswerShape.name(answer.reason())));
    }
    return new Wire.ChatCompletion(head, choices, Wire.Usage.of(usage));
  }

  private Wire.ChatChunk chunk(
      int choice, Wire.Delta delta, Delta behind, @Nullable String finishReason) {
    Wire.ChatLogprobs scores =
        behind.tokens().isEmpty() ? null : new Wire.ChatLogprobs(scored(behind.tokens()), null);
    Wire.ChunkChoice part = new Wire.ChunkChoice(choice, delta, scores, finishReason);
    return new Wire.ChatChunk(head, List.of(part), null);
  }

  private List<Wire.ChatToken> scored(List<ScoredToken> scored) {
    return scored.stream()
        .map(
            token ->
                new Wire.ChatToken(
                    tokens.text(token.id()),
                    token.logprob(),
                    tokens.bytes(token.id()),
                    token.top().stream().map(this::top).toList()))
        .toList();
  }

  private Wire.TopToken top(ScoredToken.Alternative token) {
    return new Wire.TopToken(tokens.text(token.id()), token.logprob(), tokens.bytes(token.id()));
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
