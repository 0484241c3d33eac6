package io.tokenlane.node.answer;

import io.tokenlane.engine.FinishReason;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.reason.ReasoningSplitter;
import io.tokenlane.engine.token.Detokenizer;
import io.tokenlane.engine.token.StopStrings;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.tool.CallPiece;
import io.tokenlane.engine.tool.ToolCallParser;
import io.tokenlane.engine.tool.ToolFormat;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private final @Nullable ToolCallParser parser;
  private final Set<Integer> markers;
  private final Tokenizer tokenizer;
  private final List<ScoredToken> held = new ArrayList<>();
  private int decodedCharacters;
  private int passedCharacters;
  private int completionTokens;
  private int reasoningTokens;
  private boolean stopped;

  public AnswerAssembler(Tokenizer tokenizer, AnswerFormat format) {
    this.format = format;
    this.tokenizer = tokenizer;
    AnswerFormat.Calls calls = format.calls();
    parser = calls == null ? null : new ToolCallParser(calls.format(), calls.types());
    markers = calls == null ? Set.of() : markers(tokenizer, calls.format());
    detokenizer = new Detokenizer(tokenizer);
    stops = new StopStrings(format.stopStrings());
    splitter =
        format.reasoning() == Reasoning.NONE
            ? null
            : new ReasoningSplitter(format.reasoning() == Reasoning.OPENED_BY_PROMPT);
  }

  /** Control tokens that calls are made of. */
  private static Set<Integer> markers(Tokenizer tokenizer, ToolFormat format) {
    Set<Integer> ids = new HashSet<>();
    for (String marker : format.markers()) {
      tokenizer.id(marker).stream().filter(tokenizer::isControl).forEach(ids::add);
    }
    return ids;
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
    String text = text(token.token());
    hold(token);
    List<AnswerPart> parts = pass(text);
    if (wasReasoning || reasoning()) {
      reasoningTokens++;
    }
    return parts;
  }

  private String text(int id) {
    return markers.contains(id)
        ? detokenizer.finish() + new String(tokenizer.bytes(id), StandardCharsets.UTF_8)
        : detokenizer.accept(id);
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
            reason(finished.reason()),
            stops.match().orElse(null),
            new AnswerUsage(
                usage.promptTokens(),
                usage.cachedTokens(),
                completionTokens,
                reasoningTokens,
                usage.effort()),
            finished.thinking()));
    return parts;
  }

  private EndReason reason(FinishReason reason) {
    EndReason why = stopped ? EndReason.STOP : EndReason.of(reason);
    return why == EndReason.STOP && parser != null && parser.calls() > 0
        ? EndReason.TOOL_CALLS
        : why;
  }

  private ReasoningSplitter.Split split(String text) {
    return splitter == null ? new ReasoningSplitter.Split("", text) : splitter.accept(text);
  }

  private boolean reasoning() {
    return splitter != null && splitter.inside();
  }

  /** The text with the tokens behind it; nothing while there is no text, unless it is the last. */
  private List<AnswerPart> delta(ReasoningSplitter.Split split, boolean last) {
    List<CallPiece> calls = new ArrayList<>();
    String content = content(split.content(), last, calls);
    boolean empty = content.isEmpty() && split.reasoning().isEmpty() && calls.isEmpty();
    if (empty && !(last && !held.isEmpty())) {
      return List.of();
    }
    List<ScoredToken> tokens = List.copyOf(held);
    held.clear();
    return List.of(new AnswerPart.Delta(content, split.reasoning(), tokens, calls));
  }

  /** The content that is no tool call; those are added to the calls. */
  private String content(String text, boolean last, List<CallPiece> calls) {
    if (parser == null) {
      return text;
    }
    StringBuilder content = new StringBuilder();
    List<CallPiece> pieces = new ArrayList<>(parser.accept(text));
    if (last) {
      parser.finish().stream().filter(this::mayEnd).forEach(pieces::add);
    }
    for (CallPiece piece : pieces) {
      if (piece instanceof CallPiece.Text more) {
        content.append(more.text());
      } else if (wanted(piece)) {
        calls.add(piece);
      }
    }
    stopped |= !parallel() && parser.ended() > 0;
    return content.toString();
  }

  /** Where nothing but calls can come, the text that is left is the beginning of one. */
  private boolean mayEnd(CallPiece piece) {
    AnswerFormat.Calls calls = format.calls();
    return calls == null || !calls.only() || !(piece instanceof CallPiece.Text);
  }

  private boolean wanted(CallPiece piece) {
    int index =
        switch (piece) {
          case CallPiece.Start start -> start.index();
          case CallPiece.Arguments more -> more.index();
          case CallPiece.Text text -> -1;
        };
    return parallel() || index == 0;
  }

  private boolean parallel() {
    AnswerFormat.Calls calls = format.calls();
    return calls == null || calls.parallel();
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
