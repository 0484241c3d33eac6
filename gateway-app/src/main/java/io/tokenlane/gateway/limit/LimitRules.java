package io.tokenlane.gateway.limit;

import io.tokenlane.gateway.call.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rules as questions: what does this request take of which quotas? */
final class LimitRules {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Longer than any month: a month's quota never comes back, the next month's is another. */
  private static final Duration BEYOND_A_MONTH = Duration.ofDays(32);

  private static final double MICROS = 1e6;

  private final List<Compiled> rules;
  private final List<Priced> prices;
  private final InstantSource clock;

  private record Priced(Predicate<String> models, Price price) {}

  /** A rule and whom it fits. */
  record Compiled(
      LimitRule rule, Predicate<String> tenants, Predicate<String> keys, Predicate<String> models) {
    static Compiled of(LimitRule rule) {
      return new Compiled(
          rule, Glob.anyOf(rule.tenants()), Glob.anyOf(rule.keys()), Glob.anyOf(rule.models()));
    }

    boolean fits(Asking asking) {
      return (rule.tenants().isEmpty()
              || asking.principal().filter(p -> tenants.test(p.tenant())).isPresent())
          && (rule.keys().isEmpty()
              || asking.principal().filter(p -> keys.test(p.id())).isPresent())
          && (rule.models().isEmpty()
              || (asking.call().isPresent() && models.test(asking.model())));
    }
  }

  LimitRules(List<LimitRule> rules, List<Price> prices, InstantSource clock) {
    this.rules = rules.stream().map(Compiled::of).toList();
    this.prices = prices.stream().map(p -> new Priced(Glob.anyOf(p.models()), p)).toList();
    this.clock = clock;
  }

  boolean isEmpty() {
    return rules.isEmpty();
  }

  List<LimitRule> fitting(Asking asking) {
    return rules.stream().filter(rule -> rule.fits(asking)).map(Compiled::rule).toList();
  }

  List<Charge> charges(LimitRule rule, Asking asking) {
    List<Charge> charges = new ArrayList<>();
    ToLongFunction<Usage> tokens = usage -> (long) usage.input() + usage.output();
    add(charges, rule, asking, Measure.REQUESTS_PER_MINUTE, rule.requestsPerMinute(), u -> 1);
    if (asking.call().isPresent()) {
      add(charges, rule, asking, Measure.TOKENS_PER_MINUTE, rule.tokensPerMinute(), tokens);
      add(charges, rule, asking, Measure.TOKENS_PER_MONTH, rule.tokensPerMonth(), tokens);
      Long budget = rule.costPerMonth() == null ? null : Math.round(rule.costPerMonth() * MICROS);
      add(charges, rule, asking, Measure.COST_PER_MONTH, budget, cost(asking.model()));
    }
    return charges;
  }

  private ToLongFunction<Usage> cost(String model) {
    Stream<Price> fitting = prices.stream().filter(p -> p.models().test(model)).map(Priced::price);
    return fitting.findFirst().<ToLongFunction<Usage>>map(p -> p::micros).orElse(usage -> 0);
  }

  private void add(
      List<Charge> into,
      LimitRule rule,
      Asking asking,
      Measure measure,
      @Nullable Long capacity,
      ToLongFunction<Usage> price) {
    if (capacity != null) {
      String month = measure.monthly() ? ":" + month() : "";
      String key =
          String.join(
              ":", "tokenlane:limit", rule.name(), measure.property(), asking.whose(rule.per()));
      Duration window = measure.monthly() ? BEYOND_A_MONTH : MINUTE;
      Quota quota = new Quota(key + month, capacity, window, !measure.monthly());
      into.add(
          new Charge(rule.name(), measure, quota, price, price.applyAsLong(asking.expected())));
    }
  }

  private YearMonth month() {
    return YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
  }

  /** Until the next month's quotas begin. */
  Duration untilNextMonth() {
    return Duration.between(
        clock.instant(), month().plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant());
  }
}
