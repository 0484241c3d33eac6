package io.tokenlane.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.tokenlane.gateway.balance.NodeFailedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Who waits for a permit holds no thread, and no permit once it has left. */
final class PermitWaitsTest {
  private static final Duration PERIOD = Duration.ofHours(1);

  /** One request in an hour, and one that waits for the next. */
  private final RateLimiter rate =
      RateLimiter.of(
          "app",
          RateLimiterConfig.custom()
              .limitForPeriod(1)
              .limitRefreshPeriod(PERIOD)
              .timeoutDuration(PERIOD)
              .build());

  private final Bulkhead places = Bulkhead.ofDefaults("app");
  private final NodeGuard guard =
      new NodeGuard(new Permits(rate, places, null), () -> 0, nanos -> {});
  private final AtomicInteger asked = new AtomicInteger();

  private Mono<Void> request() {
    return guard.guard(
        MockServerWebExchange.from(MockServerHttpRequest.get("/").build()),
        Mono.fromRunnable(asked::incrementAndGet));
  }

  private int freePlaces() {
    return places.getMetrics().getAvailableConcurrentCalls();
  }

  @Test
  void whoHasToWaitIsSentLater() {
    request().block();
    StepVerifier.withVirtualTime(this::request)
        .expectSubscription()
        .then(() -> assertThat(asked).hasValue(1))
        .thenAwait(PERIOD)
        .verifyComplete();
    assertThat(asked).hasValue(2);
    assertThat(freePlaces()).isEqualTo(places.getBulkheadConfig().getMaxConcurrentCalls());
  }

  @Test
  void whoWouldWaitTooLongIsRefusedAtOnce() {
    rate.reservePermission();
    rate.reservePermission();
    StepVerifier.create(request()).verifyError(NodeFailedException.class);
    assertThat(asked).hasValue(0);
    assertThat(freePlaces()).isEqualTo(places.getBulkheadConfig().getMaxConcurrentCalls());
  }

  @Test
  void whoLeavesWhileItWaitsKeepsNoPlace() {
    request().block();
    StepVerifier.create(request()).expectSubscription().thenCancel().verify();
    assertThat(asked).hasValue(1);
    assertThat(freePlaces()).isEqualTo(places.getBulkheadConfig().getMaxConcurrentCalls());
  }

  @Test
  void aBulkheadThatWouldHoldThreadsIsRefusedAtTheStart() {
    BulkheadRegistry bulkheads = BulkheadRegistry.ofDefaults();
    bulkheads.bulkhead(
        "app", BulkheadConfig.custom().maxWaitDuration(Duration.ofSeconds(2)).build());

    assertThatThrownBy(
            () ->
                new NodeGuards.Registries(
                    CircuitBreakerRegistry.ofDefaults(),
                    bulkheads,
                    RateLimiterRegistry.ofDefaults()))
        .hasMessage(
            "resilience4j.bulkhead.instances.app.max_wait_duration: PT2S"
                + " (expected: 0, as nobody waits for a place)");
  }
}
