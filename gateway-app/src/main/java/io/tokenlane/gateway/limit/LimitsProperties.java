package io.tokenlane.gateway.limit;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code tokenlane.limits}.
 *
 * @param maxBody largest body of a request under /v1, as {@code 8MB}; 1 B to 1 GB, default 8 MB
 * @param unstatedOutput output tokens expected of a call that states no {@code max_tokens}; ≥ 0,
 *     default 512
 * @param rules how much each key or tenant may ask
 * @param prices what tokens cost
 * @param redis where several gateways share what is left; null: each gateway for itself
 */
public record LimitsProperties(
    @DefaultValue("8MB") DataSize maxBody,
    @DefaultValue("512") int unstatedOutput,
    @DefaultValue List<LimitRule> rules,
    @DefaultValue List<Price> prices,
    @Nullable RedisProperties redis) {
  private static final DataSize LARGEST = DataSize.ofGigabytes(1);

  /** Checks the ranges. */
  public LimitsProperties {
    if (maxBody.toBytes() < 1 || maxBody.compareTo(LARGEST) > 0) {
      throw new IllegalArgumentException("max_body: " + maxBody + " (expected: 1B to 1GB)");
    }
    if (unstatedOutput < 0) {
      throw new IllegalArgumentException(
          "unstated_output: " + unstatedOutput + " (expected: >= 0)");
    }
    rules = List.copyOf(rules);
    prices = List.copyOf(prices);
    long names = rules.stream().map(LimitRule::name).distinct().count();
    if (names < rules.size()) {
      throw new IllegalArgumentException("rules: a name twice (expected: unique names)");
    }
  }

  /** The price of a model's tokens; empty where none fits. */
  public Optional<Price> priceOf(String model) {
    return prices.stream().filter(price -> Glob.anyOf(price.models()).test(model)).findFirst();
  }
}
