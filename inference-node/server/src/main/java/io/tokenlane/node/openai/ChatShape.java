package io.tokenlane.node.openai;

import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.tool.CallPiece;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.answer.AnswerPart.Delta;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.answer.EndReason;
import io.tokenlane.node.answer.ScoredToken;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Chat completions. */
final class ChatShape implements AnswerShape {
  private static final Delta NO_TEXT = new Delta("", "", List.of());

  private final Wire.Head head;
  private final TokenText tokens;
  private final boolean logprobs;
  private final Supplier<String> callIds;
  private final boolean functions;

  /**
   * @param callIds makes ids of tool calls
   * @param functions whether a call is told as one of functions ({@link OldFunctions})
   */
  ChatShape(
      Wire.Head head,
      Tokenizer tokenizer,
      boolean logprobs,
      Supplier<String> callIds,
      boolean functions) {
    this.head = head;
    this.functions = functions;
    this.callIds = callIds;
    tokens = new TokenText(tokenizer);
    this.logprobs = logprobs;
  }

  @Override
  public List<Object> opening(int choice) {
    return List.of(chunk(choice, new Wire.Delta("assistant", "", null), NO_TEXT));
  }

  @Override
  public List<Object> chunks(int choice, Delta delta) {
    List<Object> chunks = new ArrayList<>();
    boolean calls = !delta.calls().isEmpty();
    if (!calls || !delta.content().isEmpty() || !delta.reasoning().isEmpty()) {
      Wire.Delta text =
          new Wire.Delta(null, emptyToNull(delta.content()), emptyToNull(delta.reasoning()));
      chunks.add(chunk(choice, text, calls ? NO_TEXT : delta));
    }
    Delta behind = delta;
    for (CallPiece piece : delta.calls()) {
      chunks.add(chunk(choice, delta(call(piece)), behind));
      behind = NO_TEXT;
    }
    return chunks;
  }

  private Wire.Delta delta(Wire.ToolCall call) {
    return functions
        ? new Wire.Delta(null, null, null, null, call.function())
        : new Wire.Delta(null, null, null, List.of(call), null);
  }

  private String name(EndReason reason) {
    return functions && reason == EndReason.TOOL_CALLS ? "function_call" : AnswerShape.name(reason);
  }

  private Wire.ToolCall call(CallPiece piece) {
    return switch (piece) {
      case CallPiece.Start start ->
          new Wire.ToolCall(
              start.index(), callIds.get(), "function", new Wire.Function(start.name(), ""));
      case CallPiece.Arguments more ->
          new Wire.ToolCall(more.index(), null, null, new Wire.Function(null, more.json()));
      case CallPiece.Text text -> throw new IllegalStateException("text among tool calls");
    };
  }

  private @Nullable List<Wire.ToolCall> calls(List<CallPiece> pieces) {
    List<Wire.ToolCall> calls = new ArrayList<>();
    for (CallPiece piece : pieces) {
      Wire.ToolCall next = call(piece);
      if (next.id() != null) {
        calls.add(next.withoutIndex());
      } else {
        calls.set(calls.size() - 1, calls.getLast().with(next.function().arguments()));
      }
    }
    return calls.isEmpty() ? null : calls;
  }

  @Override
  public Object closing(int choice, AnswerPart.End end) {
    Wire.Delta nothing = new Wire.Delta(null, null, null);
    Wire.ChunkChoice part =
        new Wire.ChunkChoice(
            choice,
            nothing,
            null,
            name(end.reason()),
            end.stop(),
            Wire.Adaptive.of(end.thinking()));
    return new Wire.ChatChunk(head, List.of(part), null);
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
              message(text),
              logprobs ? new Wire.ChatLogprobs(scored(text.tokens()), null) : null,
              name(answer.reason()),
              answer.stop(),
              Wire.Adaptive.of(answer.thinking())));
    }
    return new Wire.ChatCompletion(head, choices, Wire.Usage.of(usage));
  }

  private Wire.ChatMessage message(Delta text) {
    @Nullable List<Wire.ToolCall> calls = calls(text.calls());
    return new Wire.ChatMessage(
        "assistant",
        calls == null ? text.content() : emptyToNull(text.content()),
        emptyToNull(text.reasoning()),
        functions ? null : calls,
        functions ? OldFunctions.of(calls) : null,
        null);
  }

  private Wire.ChatChunk chunk(int choice, Wire.Delta delta, Delta behind) {
    Wire.ChatLogprobs scores =
        behind.tokens().isEmpty() ? null : new Wire.ChatLogprobs(scored(behind.tokens()), null);
    Wire.ChunkChoice part = new Wire.ChunkChoice(choice, delta, scores, null, null, null);
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
