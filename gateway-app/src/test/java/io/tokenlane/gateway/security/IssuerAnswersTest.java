package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Strangers' tokens do not make the gateway flood an issuer, nor wait for one that is silent. */
final class IssuerAnswersTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private Mono<ClientResponse> next = said(HttpStatus.OK, "one");

  private final WebClient client =
      WebClient.builder()
          .filter(new IssuerAnswers(nanos::get))
          .exchangeFunction(
              request ->
                  Mono.defer(
                      () -> {
                        asked.incrementAndGet();
                        return next;
                      }))
          .build();

  private static Mono<ClientResponse> said(HttpStatus status, String body) {
    return Mono.fromSupplier(() -> ClientResponse.create(status).body(body).build());
  }

  private Mono<String> ask() {
    return client.get().uri("http://issuer/jwks").retrieve().bodyToMono(String.class);
  }

  private void later(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void askedOftenItIsAskedOnceInTenSeconds() {
    for (int i = 0; i < 100; i++) {
      assertThat(ask().block()).isEqualTo("one");
    }
    assertThat(asked).hasValue(1);

    next = said(HttpStatus.OK, "two");
    later(Duration.ofSeconds(11));
    assertThat(ask().block()).isEqualTo("two");
    assertThat(asked).hasValue(2);
  }

  @Test
  void whatItSaidBeforeHoldsWhereItFails() {
    assertThat(ask().block()).isEqualTo("one");
    next = said(HttpStatus.INTERNAL_SERVER_ERROR, "broken");
    later(Duration.ofSeconds(11));
    assertThat(ask().block()).isEqualTo("one");
    next = Mono.error(new IOException("gone"));
    later(Duration.ofSeconds(11));
    assertThat(ask().block()).isEqualTo("one");
  }

  @Test
  void whereItNeverSaidAnythingAllFailTogether() {
    next = Mono.error(new IOException("gone"));
    assertThatThrownBy(() -> ask().block()).hasRootCauseMessage("gone");
    assertThatThrownBy(() -> ask().block()).hasRootCauseMessage("gone");
    assertThat(asked).hasValue(1);
  }

  @Test
  void silenceIsNotWaitedForLongerThanFiveSeconds() {
    next = Mono.never();
    StepVerifier.withVirtualTime(this::ask)
        .thenAwait(Duration.ofSeconds(5))
        .expectErrorSatisfies(failure -> assertThat(failure).isInstanceOf(TimeoutException.class))
        .verify(Duration.ofSeconds(10));
  }
}
