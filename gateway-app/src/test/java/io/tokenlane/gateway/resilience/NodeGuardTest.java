package io.tokenlane.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A node is left alone where it has asked for that itself. */
final class NodeGuardTest {
  private final AtomicLong held = new AtomicLong();
  private final NodeGuard guard = new NodeGuard(new Permits(null, null, null), () -> 0, held::set);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyItsOwnAnswerHoldsANode(boolean answered) {
    MockServerWebExchange exchange =
        MockServerWebExchange.from(MockServerHttpRequest.get("/").build());
    exchange.getResponse().setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
    exchange.getResponse().getHeaders().set("Retry-After", "30");
    if (answered) {
      exchange.getAttributes().put(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR, "an answer");
    }

    StepVerifier.create(guard.guard(exchange, Mono.error(new ConnectException("refused"))))
        .verifyError(ConnectException.class);

    assertThat(guard.isHeld()).isEqualTo(answered);
    assertThat(held).hasValue(answered ? 30_000_000_000L : 0);
  }
}
