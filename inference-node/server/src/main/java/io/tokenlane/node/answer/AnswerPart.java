package io.tokenlane.node.answer;

import io.tokenlane.engine.FinishReason;
import java.util.List;

/** A piece of an answer, in order: deltas, then exactly one ending. */
public sealed interface AnswerPart {

  /**
   * More text.
   *
   * @param content what continues the answer; may be empty
   * @param reasoning what continues the reasoning; may be empty
   * @param tokens the tokens behind the text, with their log probabilities; empty unless asked for
   */
  record Delta(String content, String reasoning, List<ScoredToken> tokens) implements AnswerPart {}

  /**
   * The answer is complete.
   *
   * @param usage what it took
   */
  record End(FinishReason reason, AnswerUsage usage) implements AnswerPart {}

  /**
   * The answer cannot be completed.
   *
   * @param message what went wrong, fit for the client
   * @param overloaded whether there was too much else to do, so that it may be tried again later
   */
  record Failure(String message, boolean overloaded) implements AnswerPart {}
}
