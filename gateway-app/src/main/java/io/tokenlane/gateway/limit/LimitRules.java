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
    Charges charges = new Charges(rule, asking);
    charges.add(Measure.REQUESTS_PER_MINUTE, rule.requestsPerMinute(), usage -> 1);
    if (asking.call().isPresent()) {
      ToLongFunction<Usage> tokens = usage -> (long) usage.input() + usage.output();
      charges.add(Measure.TOKENS_PER_MINUTE, rule.tokensPerMinute(), tokens);
      charges.add(Measure.TOKENS_PER_MONTH, rule.tokensPerMonth(), tokens);
      charges.add(Measure.COST_PER_MONTH, rule.costPerMonth(), cost(asking.model()));
    }
    return charges.made;
  }

  private ToLongFunction<Usage> cost(String model) {
    Stream<Price> fitting = prices.stream().filter(p -> p.models().test(model)).map(Priced::price);
    return fitting.findFirst().<ToLongFunction<Usage>>map(p -> p::micros).orElse(usage -> 0);
  }

  /** The charges of one rule for one request. */
  private final class Charges {
    private final LimitRule rule;
    private final Asking asking;
    private final List<Charge> made = new ArrayList<>();

    Charges(LimitRule rule, Asking asking) {
      this.rule = rule;
      this.asking = asking;
    }

    void add(Measure measure, @Nullable Number limit, ToLongFunction<Usage> price) {
      if (limit != null) {
        long amount = price.applyAsLong(asking.expected());
        Quota quota = quota(measure, measure.capacity(limit));
        made.add(new Charge(rule.name(), measure, quota, price, amount));
      }
    }

    private Quota quota(Measure measure, long capacity) {
      String who = asking.whose(rule.per());
      String key = String.join(":", "tokenlane:limit", rule.name(), measure.property(), who);
      return measure.monthly()
          ? new Quota(key + ":" + month(), capacity, measure.window(), false)
          : new Quota(key, capacity, measure.window(), true);
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
