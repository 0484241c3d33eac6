package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.gateway.call.Trail;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

/** Requests of two rules, of which the second may not answer. */
final class LimitFilterTest {
  private final SettableClock clock = new SettableClock(Instant.parse("2031-01-31T23:00:00Z"));
  private final LocalQuotas quotas = new LocalQuotas(clock);
  private final MockServerWebExchange exchange =
      MockServerWebExchange.from(MockServerHttpRequest.get("/x"));

  private Mono<Void> pass(QuotaStore store, Mono<Void> served) {
    Trail.start(exchange, "r", 0);
    LimitRules rules = new LimitRules(List.of(rule("a"), rule("b")), List.of(), clock);
    Limits limits = new Limits(store, new LocalPlaces(), () -> {});
    return new LimitFilter(rules, limits, 512, new SimpleMeterRegistry())
        .filter(exchange, passed -> served);
  }

  private static LimitRule rule(String name) {
    return new LimitRule(
        name, List.of(), List.of(), List.of(), LimitRule.Per.KEY, 10L, null, null, null, null);
  }

  private long left(String rule) {
    Asking asking =
        Asking.of(Trail.of(exchange).principal(), "unknown", Trail.of(exchange).call(), 512);
    LimitRules rules = new LimitRules(List.of(rule(rule)), List.of(), clock);
    Quota quota = rules.charges(rule(rule), asking).getFirst().quota();
    return Objects.requireNonNull(quotas.take(quota, 0).block()).probe().getRemainingTokens();
  }

  /** Of the second rule nobody answers. */
  private record Halting(QuotaStore store) implements QuotaStore {
    @Override
    public Mono<Taken> take(Quota quota, long amount) {
      return quota.key().contains(":b:") ? Mono.never() : store.take(quota, amount);
    }

    @Override
    public Mono<Void> correct(Quota quota, long amount) {
      return store.correct(quota, amount);
    }
  }

  @Test
  void aClientThatGoesAwayBeforeItIsLetInHasTakenNothing() {
    pass(new Halting(quotas), Mono.never()).subscribe().dispose();

    assertThat(left("a")).isEqualTo(10);
  }

  @Test
  void aClientThatGoesAwayAfterItWasLetInHasTakenARequest() {
    pass(quotas, Mono.never()).subscribe().dispose();

    assertThat(left("a")).isEqualTo(9);
    assertThat(left("b")).isEqualTo(9);
  }

  @Test
  void whatIsServedIsTaken() {
    pass(quotas, Mono.empty()).block();

    assertThat(left("a")).isEqualTo(9);
  }
}
