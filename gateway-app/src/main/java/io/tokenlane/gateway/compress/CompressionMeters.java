package io.tokenlane.gateway.compress;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What compression did, by route and rule. */
final class CompressionMeters {
  private static final double MILLION = 1e6;

  private final MeterRegistry meters;
  private final Counter skipped;
  private final Counter notMined;

  CompressionMeters(MeterRegistry meters) {
    this.meters = meters;
    this.skipped =
        Counter.builder("tokenlane.compression.skipped")
            .description("Calls sent as they came for want of room or for a failure")
            .register(meters);
    this.notMined =
        Counter.builder("tokenlane.compression.mining.failures")
            .description("Calls from which no template could be mined for a failure")
            .register(meters);
  }

  void notMined() {
    notMined.increment();
  }

  void skipped() {
    skipped.increment();
  }

  void rendered(String route) {
    Counter.builder("tokenlane.compression.templates.rendered")
        .description("Calls whose prompt a template made")
        .tag("route", route)
        .register(meters)
        .increment();
  }

  /** A dry run. */
  void reported(String route, CallCompressor.Outcome outcome) {
    count("tokenlane.compression.tokens.savable", "Tokens a dry run would save", route, outcome);
  }

  void saved(String route, CallCompressor.Outcome outcome, double pricePerMillionTokens) {
    count("tokenlane.compression.tokens.saved", "Prompt tokens not sent", route, outcome);
    if (pricePerMillionTokens > 0) {
      int tokens = outcome.tokens().original() - outcome.tokens().sent();
      Counter.builder("tokenlane.compression.money.saved")
          .description("What the tokens not sent would have cost")
          .tag("route", route)
          .register(meters)
          .increment(tokens * pricePerMillionTokens / MILLION);
    }
  }

  private void count(
      String name, String description, String route, CallCompressor.Outcome outcome) {
    outcome
        .savings()
        .forEach(
            (rule, tokens) ->
                Counter.builder(name)
                    .description(description)
                    .tag("route", route)
                    .tag("rule", rule)
                    .register(meters)
                    .increment(tokens));
  }
}
