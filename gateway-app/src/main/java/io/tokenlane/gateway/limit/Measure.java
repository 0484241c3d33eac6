package io.tokenlane.gateway.limit;

/** What is limited. */
enum Measure {
  REQUESTS_PER_MINUTE("requests_per_minute", "requests"),
  TOKENS_PER_MINUTE("tokens_per_minute", "tokens"),
  TOKENS_PER_MONTH("tokens_per_month", "tokens"),
  COST_PER_MONTH("cost_per_month", "cost");

  private final String property;
  private final String kind;

  Measure(String property, String kind) {
    this.property = property;
    this.kind = kind;
  }

  String property() {
    return property;
  }

  /** As in OpenAI's {@code x-ratelimit-…} fields. */
  String kind() {
    return kind;
  }

  boolean monthly() {
    return this == TOKENS_PER_MONTH || this == COST_PER_MONTH;
  }

  /** Whether what was taken is corrected when the call has ended. */
  boolean settled() {
    return this != REQUESTS_PER_MINUTE;
  }
}
