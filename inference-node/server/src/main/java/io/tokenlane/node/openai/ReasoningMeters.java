package io.tokenlane.node.openai;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.tokenlane.engine.reason.ThinkingEnd;
import io.tokenlane.engine.reason.ThinkingReport;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts what became of reasoning that was watched: how much there was, and why it ended ({@code
 * tokenlane.node.reasoning.*}).
 */
final class ReasoningMeters {
  private final Map<ThinkingEnd, Counter> ends = new EnumMap<>(ThinkingEnd.class);
  private final Counter steps;
  private final Counter tokens;
  private final Counter trials;
  private final Counter trialTokens;
  private final Counter droppedTokens;

  /**
   * All watched reasonings.
   *
   * @param ended how many there were
   * @param cut those that a rule or a budget ended, not the model
   * @param tokens of all of them
   */
  record Sum(double ended, double cut, double tokens) {
    static final Sum NONE = new Sum(0, 0, 0);
  }

  ReasoningMeters(MeterRegistry registry, Tags tags) {
    for (ThinkingEnd end : ThinkingEnd.values()) {
      String why = end.name().toLowerCase(Locale.ROOT);
      ends.put(end, registry.counter("tokenlane.node.reasoning.ended", tags.and("why", why)));
    }
    steps = registry.counter("tokenlane.node.reasoning.steps", tags);
    tokens = registry.counter("tokenlane.node.reasoning.tokens", tags);
    trials = registry.counter("tokenlane.node.reasoning.trials", tags);
    trialTokens = registry.counter("tokenlane.node.reasoning.trial.tokens", tags);
    droppedTokens = registry.counter("tokenlane.node.reasoning.dropped.tokens", tags);
  }

  void count(ThinkingReport report) {
    Counter end = ends.get(report.end());
    if (end != null) {
      end.increment();
    }
    steps.increment(report.steps());
    tokens.increment(report.tokens());
    trials.increment(report.trials());
    trialTokens.increment(report.trialTokens());
    droppedTokens.increment(report.droppedTokens());
  }

  Sum sum() {
    double ended = 0;
    double cut = 0;
    for (Map.Entry<ThinkingEnd, Counter> end : ends.entrySet()) {
      double count = end.getValue().count();
      ended += count;
      boolean byRule = end.getKey() != ThinkingEnd.MODEL && end.getKey() != ThinkingEnd.UNFINISHED;
      cut += byRule ? count : 0;
    }
    return new Sum(ended, cut, tokens.count());
  }
}
