package io.tokenlane.engine;

import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.Thinking;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * How the reasoning of a generation is watched.
 *
 * @param rules what ends it
 * @param format how the model writes it
 * @param closing the tokens of the closing tag, at least one; not changed afterwards
 * @param bytes what tokens stand for
 * @param startsInside whether the prompt ends with the opening tag
 */
@SuppressWarnings("ArrayRecordComponent") // ids are handed over, never compared
public record Reasoning(
    ReasoningRules rules,
    ReasoningFormat format,
    int[] closing,
    IntFunction<byte[]> bytes,
    boolean startsInside) {

  public Reasoning {
    if (closing.length == 0) {
      throw new IllegalArgumentException("reasoning.close: no tokens (expected: at least one)");
    }
  }

  Thinking watch(Set<Integer> stopTokens) {
    return new Thinking(rules, format, closing, bytes, stopTokens::contains, startsInside);
  }
}
