package io.tokenlane.node.load;

import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;

/**
 * How a model saves work, where a request does not say.
 *
 * @param rules what ends its reasoning
 * @param format how it writes its reasoning
 */
public record Adaptive(ReasoningRules rules, ReasoningFormat format) {
  /** Not at all. */
  public static final Adaptive OFF = new Adaptive(ReasoningRules.NONE, ReasoningFormat.DEFAULT);
}
