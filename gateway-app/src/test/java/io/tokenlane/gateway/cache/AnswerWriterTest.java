package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.Opening;
import io.tokenlane.prefetch.cache.Passage;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

/** Clients that leave while their answer is on its way. */
final class AnswerWriterTest {
  private final AtomicBoolean deserted = new AtomicBoolean();
  private final Passage passage =
      new Passage(
          1024,
          new Passage.Source() {
            @Override
            public void wanted() {}

            @Override
            public void deserted() {
              deserted.set(true);
            }
          });

  /** A closed channel refuses the first bytes without asking for the body. */
  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "text/event-stream"})
  void whoCannotBeWrittenToReadsNoMore(String type) {
    MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
    exchange.getResponse().setWriteHandler(body -> Mono.error(new IOException("closed")));
    HttpFields fields = HttpFields.of("Content-Type", type);
    Ride ride = Ride.on(passage, DefaultDataBufferFactory.sharedInstance).orElseThrow();
    AnswerWriter.ride(exchange, new Opening(HttpFields.NONE, 200, fields, passage, null), ride)
        .subscribe(nothing -> {}, closed -> {});

    passage.add(ByteBuffer.allocate(1));

    assertThat(passage.isRead()).isFalse();
    assertThat(deserted).isTrue();
  }
}
