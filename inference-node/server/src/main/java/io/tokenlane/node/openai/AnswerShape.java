package io.tokenlane.node.openai;

import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.answer.AnswerPart.Delta;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.answer.EndReason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the answers of an endpoint are written: as a whole, or chunk by chunk. */
interface AnswerShape {

  /** What comes before the first delta of a choice; may be empty. */
  List<Object> opening(int choice);

  /** More of a choice; more than one chunk if there are text and tool calls. */
  List<Object> chunks(int choice, Delta delta);

  /** The end of a choice. */
  Object closing(int choice, AnswerPart.End end);

  /** The chunk without choices that ends a stream with the usage. */
  Object usage(AnswerUsage usage);

  /** All choices, complete. */
  Object whole(List<WholeAnswer> answers, AnswerUsage usage);

  /** OpenAI's name of the reason. */
  static String name(EndReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A complete answer: its text as one delta, and why it ended.
   *
   * @param stop the stop text that ended it; null where it was none
   * @param thinking what became of its reasoning; null if that was not watched
   */
  record WholeAnswer(
      Delta text, EndReason reason, @Nullable String stop, @Nullable ThinkingReport thinking) {}
}
