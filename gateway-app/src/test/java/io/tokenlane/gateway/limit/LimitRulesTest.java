package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rule fits whom, and what it takes. */
final class LimitRulesTest {
  private static final Principal ALICE = new Principal("key:a1", "acme", Set.of());

  private final SettableClock clock = new SettableClock(Instant.parse("2031-01-31T23:00:00Z"));

  private static LimitRule rule(
      List<String> tenants,
      List<String> models,
      LimitRule.Per per,
      @Nullable Long tokens,
      @Nullable Double cost) {
    return new LimitRule("r", tenants, List.of(), models, per, 10L, tokens, null, null, cost);
  }

  private static InferenceCall call(String json) {
    return CallParser.parse(CallKind.CHAT, json.getBytes(StandardCharsets.UTF_8));
  }

  private static Asking asking(Optional<Principal> who, String json) {
    return Asking.of(who, "10.0.0.7", Optional.of(call(json)), 512);
  }

  private LimitRules rules(LimitRule rule, Price... prices) {
    return new LimitRules(List.of(rule), List.of(prices), clock);
  }

  @ParameterizedTest
  @CsvSource({
    "acme, gpt-4o, acme, gpt-*, true",
    "acme, gpt-4o, acme, *, true",
    "acme, gpt-4o, a*e, *4*, true",
    "acme, gpt-4o, other, *, false",
    "acme, gpt-4o, acme, gpt, false",
    "acme, a.b, acme, a?b, false",
    "acme, a.b, acme, a.b, true",
    "acme, axb, acme, a.b, false"
  })
  void namesFitPatterns(String tenant, String model, String tenants, String models, boolean fits) {
    Principal who = new Principal("key:x", tenant, Set.of());
    LimitRules rules =
        rules(rule(List.of(tenants), List.of(models), LimitRule.Per.KEY, 1000L, null));

    assertThat(rules.fitting(asking(Optional.of(who), "{\"model\":\"" + model + "\"}")).isEmpty())
        .isEqualTo(!fits);
  }

  @Test
  void rulesForTenantsDoNotFitStrangersNorRulesForModelsOtherRequests() {
    LimitRules tenants = rules(rule(List.of("*"), List.of(), LimitRule.Per.KEY, 1000L, null));
    LimitRules models = rules(rule(List.of(), List.of("*"), LimitRule.Per.KEY, 1000L, null));
    Asking plain = Asking.of(Optional.of(ALICE), "10.0.0.7", Optional.empty(), 512);

    assertThat(tenants.fitting(asking(Optional.empty(), "{}"))).isEmpty();
    assertThat(models.fitting(plain)).isEmpty();
    assertThat(tenants.fitting(plain)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"max_tokens\": 100} | 100",
        "{\"max_completion_tokens\": 7, \"max_tokens\": 100} | 7",
        "{\"max_tokens\": 100, \"n\": 3} | 300",
        "{\"max_tokens\": -5} | 0",
        "{\"max_tokens\": 99999999999999999999999} | 512",
        "{\"max_tokens\": 9000000000} | 1073741823",
        "{\"n\": 3} | 1536",
        "{} | 512"
      })
  void theOutputIsExpectedAsStated(String json, int output) {
    Usage expected = asking(Optional.empty(), json).expected();

    assertThat(expected.output()).isEqualTo(output);
    assertThat(expected.input()).isEqualTo(Math.ceilDiv(json.length(), 4));
  }

  @Test
  void quotasAreNamedByWhoSharesThem() {
    LimitRule perKey = rule(List.of(), List.of(), LimitRule.Per.KEY, 1000L, null);
    LimitRule perTenant = rule(List.of(), List.of(), LimitRule.Per.TENANT, 1000L, null);

    assertThat(keyOf(perKey, Optional.of(ALICE))).endsWith(":key:a1");
    assertThat(keyOf(perTenant, Optional.of(ALICE))).endsWith(":tenant:acme");
    assertThat(keyOf(perTenant, Optional.empty())).endsWith(":ip:10.0.0.7");
  }

  private String keyOf(LimitRule rule, Optional<Principal> who) {
    return rules(rule).charges(rule, asking(who, "{}")).getFirst().quota().key();
  }

  @Test
  void aBudgetIsCountedInMillionthsAndEndsWithTheMonth() {
    LimitRule budget = rule(List.of(), List.of(), LimitRule.Per.KEY, null, 12.5);
    LimitRules rules = rules(budget, new Price(List.of("gpt-*"), 2, 8));
    Asking asking = asking(Optional.of(ALICE), "{\"model\":\"gpt-4\",\"max_tokens\":100}");

    Charge january = rules.charges(budget, asking).getLast();
    assertThat(january.quota().capacity()).isEqualTo(12_500_000);
    assertThat(january.price().applyAsLong(new Usage(1000, 0, 10, true))).isEqualTo(2080);
    assertThat(rules.untilNextMonth()).isEqualTo(Duration.ofHours(1));

    clock.advance(Duration.ofHours(1));
    assertThat(rules.charges(budget, asking).getLast().quota().key())
        .isNotEqualTo(january.quota().key());
  }

  @Test
  void aBillIsSettledToWhatWasUsed() {
    LimitRule tokens = rule(List.of(), List.of(), LimitRule.Per.KEY, 1000L, null);
    LocalQuotas store = new LocalQuotas(clock);
    Bill bill = new Bill(store);
    Asking asking = asking(Optional.of(ALICE), "{\"max_tokens\":800}");
    List<Charge> charges = rules(tokens).charges(tokens, asking);
    charges.forEach(charge -> bill.take(charge).block());

    bill.settle(new Usage(40, 0, 10, true)).block();

    assertThat(left(store, charges.get(0))).isEqualTo(9);
    assertThat(left(store, charges.get(1))).isEqualTo(950);
  }

  @Test
  void whatIsTakenForARequestThatHasGoneIsGivenBack() {
    LimitRule tokens = rule(List.of(), List.of(), LimitRule.Per.KEY, 1000L, null);
    LocalQuotas store = new LocalQuotas(clock);
    Bill bill = new Bill(store);
    Asking asking = asking(Optional.of(ALICE), "{\"max_tokens\":800}");
    List<Charge> charges = rules(tokens).charges(tokens, asking);
    bill.take(charges.get(0)).block();

    bill.cancel().block();
    bill.take(charges.get(1)).block();
    bill.settle(new Usage(40, 0, 10, true)).block();

    assertThat(left(store, charges.get(0))).isEqualTo(10);
    assertThat(left(store, charges.get(1))).isEqualTo(1000);
  }

  private static long left(QuotaStore store, Charge charge) {
    return Objects.requireNonNull(store.take(charge.quota(), 0).block())
        .probe()
        .getRemainingTokens();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.000001",
    "60000000000, 2764800000",
    "60000000001, 1",
    "9223372036854775807, 1",
    "1, 2764800001",
    "1, 1e300",
    "1, Infinity",
    "1, NaN",
    "1, 0",
    "-1, 1"
  })
  void whateverIsNotRefusedCanBeCounted(long tokens, double cost) {
    LimitRule rule;
    try {
      rule = rule(List.of(), List.of(), LimitRule.Per.KEY, tokens, cost);
    } catch (IllegalArgumentException refused) {
      assertThat(refused)
          .hasMessageMatching("(tokens_per_minute|cost_per_month): .* \\(expected: .*");
      return;
    }
    LocalQuotas quotas = new LocalQuotas(clock);
    assertThat(
            rules(rule)
                .charges(rule, asking(Optional.empty(), "{\"model\":\"m\",\"messages\":[]}")))
        .hasSize(3)
        .allSatisfy(charge -> assertThat(quotas.take(charge.quota(), 1).block()).isNotNull());
  }

  @Test
  void amountsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> rule(List.of(), List.of(), LimitRule.Per.KEY, 0L, null))
        .hasMessage("tokens_per_minute: 0 (expected: 1 to 60000000000)");
    assertThatThrownBy(() -> rule(List.of(), List.of(), LimitRule.Per.KEY, null, 1e-7))
        .hasMessage("cost_per_month: 1.0E-7 (expected: 0.000001 to 2764800000)");
    assertThatThrownBy(() -> new Price(List.of("m"), -1, 0))
        .hasMessage("input_per_million: -1.0 (expected: >= 0)");
    assertThatThrownBy(() -> new RedisProperties("http://:secret@x", Duration.ofMillis(5)))
        .hasMessageNotContaining("secret");
  }
}
