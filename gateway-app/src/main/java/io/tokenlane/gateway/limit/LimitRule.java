package io.tokenlane.gateway.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One of {@code tokenlane.limits.rules}. Every rule that fits a request holds for it. Names may
 * hold {@code *} for any text; an empty list fits everything.
 *
 * @param name names the rule in answers and metrics
 * @param tenants whom it is for
 * @param keys whom it is for, by principal, such as {@code key:3f9a1c2b7d60} or {@code jwt:alice}
 * @param models which models it is for; with any named, only model calls fit
 * @param per who shares the amounts below
 * @param requestsPerMinute 1 to 6e10; null: no limit, as for all that follow
 * @param tokensPerMinute input and output together, 1 to 6e10
 * @param concurrent requests at once, streams above all, > 0; in all gateways that share a Redis
 * @param tokensPerMonth input and output together in a calendar month (UTC), 1 to 2.7648e15
 * @param costPerMonth by {@code tokenlane.limits.prices}, in their currency, 1e-6 to 2.7648e9
 */
public record LimitRule(
    @DefaultValue("default") String name,
    @DefaultValue List<String> tenants,
    @DefaultValue List<String> keys,
    @DefaultValue List<String> models,
    @DefaultValue("key") Per per,
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute,
    @Nullable Integer concurrent,
    @Nullable Long tokensPerMonth,
    @Nullable Double costPerMonth) {

  /** Who shares the amounts of a rule. */
  public enum Per {
    /** Each principal has its own; without one, each client address. */
    KEY,
    /** All principals of a tenant share them; without one, each client address has its own. */
    TENANT
  }

  /** Checks the ranges. */
  public LimitRule {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException("name: " + name + " (expected: letters, digits, . _ -)");
    }
    tenants = List.copyOf(tenants);
    keys = List.copyOf(keys);
    models = List.copyOf(models);
    Measure.REQUESTS_PER_MINUTE.check(requestsPerMinute);
    Measure.TOKENS_PER_MINUTE.check(tokensPerMinute);
    Measure.TOKENS_PER_MONTH.check(tokensPerMonth);
    Measure.COST_PER_MONTH.check(costPerMonth);
    if (concurrent != null && concurrent < 1) {
      throw new IllegalArgumentException("concurrent: " + concurrent + " (expected: > 0)");
    }
  }
}
