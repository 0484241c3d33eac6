package io.tokenlane.node.answer;

import java.util.List;
import java.util.Set;

/**
 * How tokens become an answer.
 *
 * @param stopTokens ids that end the answer and are not part of its text
 * @param stopStrings texts that end the answer and are not part of it
 * @param reasoning where reasoning is looked for
 */
public record AnswerFormat(Set<Integer> stopTokens, List<String> stopStrings, Reasoning reasoning) {

  public AnswerFormat {
    stopTokens = Set.copyOf(stopTokens);
    stopStrings = List.copyOf(stopStrings);
  }

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
