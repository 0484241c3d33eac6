package io.tokenlane.node.config;

import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.ReasoningRules.Stop;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long the model thinks where a request does not say, and how it writes its steps; under {@code
 * tokenlane.node.reasoning}. Ranges as in {@link ReasoningRules} and {@link ReasoningFormat}.
 *
 * @param maxSteps most steps; default: no limit
 * @param minSteps steps before {@code stop} may end the reasoning; default 0
 * @param maxTokens most tokens, tags included; default: no limit
 * @param stop {@code off}, {@code converged} or {@code confident}; default {@code off}
 * @param threshold what {@code stop} compares with; default 0.79 for {@code converged}, 0.3 for
 *     {@code confident}
 * @param patience steps running that must pass the threshold; default 1
 * @param border text that ends a step; default a newline
 * @param trialTokens most tokens of a trial answer; default 8
 */
public record ReasoningSettings(
    @Nullable Integer maxSteps,
    @DefaultValue("0") int minSteps,
    @Nullable Integer maxTokens,
    @DefaultValue("off") String stop,
    @Nullable Float threshold,
    @Nullable Integer patience,
    @Nullable String border,
    @DefaultValue("8") int trialTokens) {

  public ReasoningSettings {
    Check.that(
        stop.equals("off") || stop.equals("converged") || stop.equals("confident"),
        "tokenlane.node.reasoning.stop",
        stop,
        "off, converged or confident");
    new ReasoningFormat("<think>", "</think>", border == null ? "\n" : border, trialTokens);
  }

  /** The rules. */
  public ReasoningRules rules() {
    Stop what = Stop.valueOf(stop.toUpperCase(Locale.ROOT));
    return new ReasoningRules(
        maxSteps == null ? ReasoningRules.UNLIMITED : maxSteps,
        minSteps,
        maxTokens == null ? ReasoningRules.UNLIMITED : maxTokens,
        what,
        threshold == null ? what.defaultThreshold() : threshold,
        patience == null ? what.defaultPatience() : patience);
  }

  /** How the model writes its reasoning. */
  public ReasoningFormat format() {
    ReasoningFormat known = ReasoningFormat.DEFAULT;
    return new ReasoningFormat(
        known.open(), known.close(), border == null ? known.border() : border, trialTokens);
  }
}
