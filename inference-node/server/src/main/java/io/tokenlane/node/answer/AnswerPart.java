package io.tokenlane.node.answer;

import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.tool.CallPiece;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of an answer, in order: deltas, then exactly one ending. */
public sealed interface AnswerPart {

  /**
   * More text.
   *
   * @param content what continues the answer; may be empty
   * @param reasoning what continues the reasoning; may be empty
   * @param tokens the tokens behind the text, with their log probabilities; empty unless asked for
   * @param calls what continues the tool calls, behind the content; may be empty
   */
  record Delta(String content, String reasoning, List<ScoredToken> tokens, List<CallPiece> calls)
      implements AnswerPart {

    /** More text without tool calls. */
    public Delta(String content, String reasoning, List<ScoredToken> tokens) {
      this(content, reasoning, tokens, List.of());
    }
  }

  /**
   * The answer is complete.
   *
   * @param stop the stop text that ended it; null where it was none
   * @param usage what it took
   * @param thinking what became of its reasoning; null unless that was watched, and there was one
   */
  record End(
      EndReason reason, @Nullable String stop, AnswerUsage usage, @Nullable ThinkingReport thinking)
      implements AnswerPart {}

  /**
   * The answer cannot be completed.
   *
   * @param message what went wrong, fit for the client
   * @param overloaded whether there was too much else to do, so that it may be tried again later
   */
  record Failure(String message, boolean overloaded) implements AnswerPart {}
}
