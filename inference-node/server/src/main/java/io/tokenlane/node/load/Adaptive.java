package io.tokenlane.node.load;

import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import java.util.Optional;

/**
 * How a model saves work, where a request does not say.
 *
 * @param rules what ends its reasoning
 * @param format how it writes its reasoning
 * @param exit whether tokens may leave its layers early
 * @param calibration what is known of its layers; empty before it is loaded, or for nothing
 */
public record Adaptive(
    ReasoningRules rules,
    ReasoningFormat format,
    ExitDefaults exit,
    Optional<Calibration> calibration) {
  /** Not at all. */
  public static final Adaptive OFF =
      new Adaptive(
          ReasoningRules.NONE, ReasoningFormat.DEFAULT, ExitDefaults.OFF, Optional.empty());

  /** Before the model is loaded. */
  public Adaptive(ReasoningRules rules, ReasoningFormat format, ExitDefaults exit) {
    this(rules, format, exit, Optional.empty());
  }

  Adaptive with(Optional<Calibration> known) {
    return new Adaptive(rules, format, exit, known);
  }
}
