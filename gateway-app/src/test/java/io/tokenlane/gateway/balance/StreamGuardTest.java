package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.Trail;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;

/** Which streams of events are whole, however they are written (HTML, 9.2.6). */
final class StreamGuardTest {
  private static final String STREAM = "{\"stream\":true}";

  /** In each, {@code /n} and {@code /r} stand for line ends. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = (char) 39,
      value = {
        "data: 1/n/ndata: [DONE]/n/n, whole",
        "data:1/n/ndata:[DONE]/n/n, whole",
        "data:1/r/n/r/ndata:[DONE]/r/n/r/n, whole",
        "data: 1/r/rdata: [DONE]/r/r, whole",
        "data: [DONE], whole",
        "id: 1/ndata: [DONE]/n/n: bye/n/n, whole",
        "data: 1/n/n, broken",
        "data: {`content`:`data: [DONE]`}/n/n, broken",
        "data: {`error`:null;`choices`:[]}/n/n, broken",
        "data: {`error`:{}}/n/n, told",
        "data:{ `error` : `x`}/n/n, told",
        "event: error/ndata: {`error`:{}}/n/n, told",
        "data: {`error`:{}}, told"
      })
  void theEndIsKnownByItsData(String written, String end) {
    String events =
        written.replace("/n", "\n").replace("/r", "\r").replace('`', '"').replace(';', ',');
    MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
    Trail trail = Trail.start(exchange, "id", 0);
    trail.admitted(CallParser.parse(CallKind.CHAT, STREAM.getBytes(StandardCharsets.UTF_8)));
    MockServerHttpResponse response = exchange.getResponse();
    response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
    DataBuffer all = response.bufferFactory().wrap(events.getBytes(StandardCharsets.UTF_8));

    new StreamGuard(response, trail).writeWith(Flux.just(all)).block();

    String seen = response.getBodyAsString().block();
    assertThat(seen).startsWith(events);
    switch (end) {
      case "whole" -> assertThat(seen).isEqualTo(events);
      case "told" ->
          assertThat(seen).doesNotContain("stream_broken").endsWith("\n\ndata: [DONE]\n\n");
      default -> assertThat(seen).contains("stream_broken").endsWith("\n\ndata: [DONE]\n\n");
    }
    assertThat(trail.brokenBy().isPresent()).isEqualTo(!end.equals("whole"));
  }
}
