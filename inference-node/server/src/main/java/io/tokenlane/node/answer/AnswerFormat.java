package io.tokenlane.node.answer;

import io.tokenlane.engine.tool.ArgumentTypes;
import io.tokenlane.engine.tool.ToolFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How tokens become an answer.
 *
 * @param stopTokens ids that end the answer and are not part of its text
 * @param stopStrings texts that end the answer and are not part of it
 * @param reasoning where reasoning is looked for
 * @param calls how tool calls are found; null if they are not looked for
 */
public record AnswerFormat(
    Set<Integer> stopTokens, List<String> stopStrings, Reasoning reasoning, @Nullable Calls calls) {

  public AnswerFormat {
    stopTokens = Set.copyOf(stopTokens);
    stopStrings = List.copyOf(stopStrings);
  }

  /** An answer in which tool calls are not looked for. */
  public AnswerFormat(Set<Integer> stopTokens, List<String> stopStrings, Reasoning reasoning) {
    this(stopTokens, stopStrings, reasoning, null);
  }

  /**
   * How tool calls are found.
   *
   * @param format how the model writes them
   * @param types of the tools' arguments
   * @param parallel whether there may be more than one; otherwise the first one ends the answer
   * @param only whether the answer is held to calls, so that what is cut off at its end is no text
   */
  public record Calls(ToolFormat format, ArgumentTypes types, boolean parallel, boolean only) {}

  /** Where reasoning is looked for. */
  public enum Reasoning {
    /** Nowhere: all text is content. */
    NONE,
    /** Between the tags in the answer. */
    TAGGED,
    /** From the start of the answer, as the prompt ended with the opening tag. */
    OPENED_BY_PROMPT
  }
}
