package io.tokenlane.gateway.security;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * What an issuer says of itself and its keys. Anybody can send tokens of keys that nobody knows,
 * and each would be a question: the issuer is asked once in ten seconds at most, all tokens of that
 * time share the answer, and none waits longer than five seconds. Where it does not answer well,
 * what it said before holds.
 */
final class IssuerAnswers implements ExchangeFilterFunction {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

  /** By URI; these come from the configuration and the issuer, none from a client. */
  private final Map<URI, Latest> latest = new ConcurrentHashMap<>();

  private final LongSupplier clock;

  IssuerAnswers(LongSupplier nanoTime) {
    this.clock = nanoTime;
  }

  @Override
  public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
    Mono<ResponseEntity<String>> question =
        Mono.defer(() -> next.exchange(request))
            .flatMap(response -> response.toEntity(String.class))
            .flatMap(IssuerAnswers::said)
            .timeout(PATIENCE);
    return latest
        .computeIfAbsent(request.url(), uri -> new Latest())
        .answer(question)
        .map(IssuerAnswers::replayed);
  }

  private static Mono<ResponseEntity<String>> said(ResponseEntity<String> answer) {
    return answer.getStatusCode().is5xxServerError()
        ? Mono.error(new IOException("status " + answer.getStatusCode().value()))
        : Mono.just(answer);
  }

  private static ClientResponse replayed(ResponseEntity<String> answer) {
    String type = answer.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
    String body = answer.getBody();
    ClientResponse.Builder response = ClientResponse.create(answer.getStatusCode());
    if (type != null) {
      response.header(HttpHeaders.CONTENT_TYPE, type);
    }
    return response.body(body == null ? "" : body).build();
  }

  /** The answer to one question. */
  private final class Latest {
    private @Nullable Mono<ResponseEntity<String>> asked;
    private long askedNanos;
    private volatile @Nullable ResponseEntity<String> good;

    synchronized Mono<ResponseEntity<String>> answer(Mono<ResponseEntity<String>> question) {
      long now = clock.getAsLong();
      Mono<ResponseEntity<String>> shared = asked;
      if (shared == null || now - askedNanos > PAUSE_NANOS) {
        shared = question.doOnNext(this::keep).onErrorResume(this::before).cache();
        asked = shared;
        askedNanos = now;
      }
      return shared;
    }

    private void keep(ResponseEntity<String> answer) {
      if (answer.getStatusCode().is2xxSuccessful()) {
        good = answer;
      }
    }

    private Mono<ResponseEntity<String>> before(Throwable failure) {
      ResponseEntity<String> known = good;
      return known == null ? Mono.error(failure) : Mono.just(known);
    }
  }
}
