package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;

/** A client is switched to WebSocket where its upstream is, and told where it is not. */
final class WebSocketTest {
  /** Twice the header timeout of the tests' gateway. */
  private static final Duration TWO_LIMITS = Duration.ofMillis(600);

  private final RunningGateway gateway = RunningGateway.fresh();

  /** What came, as text; the end as its code. */
  private static final class Heard implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      messages.add(data.toString());
      socket.request(1);
      return Mono.empty().toFuture();
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      messages.add(code + " " + reason);
      return Mono.empty().toFuture();
    }
  }

  private WebSocket open(String path, WebSocket.Listener listener, String... protocols) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    URI uri = URI.create("ws://127.0.0.1:" + gateway.port() + path);
    return builder.buildAsync(uri, listener).join();
  }

  @Test
  void messagesPassBothWaysAndSoDoesTheEnd() throws InterruptedException {
    gateway.app.answers(
        (call, response) ->
            response.sendWebsocket(
                (in, out) -> out.sendString(in.receive().asString().map(said -> "You: " + said)),
                WebsocketServerSpec.builder().protocols("two").build()));
    Heard heard = new Heard();

    WebSocket socket = open("/api/talk", heard, "one", "two");
    assertThat(socket.getSubprotocol()).isEqualTo("two");
    for (String said : new String[] {"hello", "again"}) {
      socket.sendText(said, true).join();
      assertThat(heard.messages.take()).isEqualTo("You: " + said);
    }
    socket.sendClose(3001, "bye").join();

    assertThat(heard.messages.take()).startsWith("3001");
    Eventually.eventually(
        "logged as switched",
        () ->
            gateway
                .accessLog()
                .lines()
                .anyMatch(line -> line.contains("/api/talk") && line.contains("\"status\":101")));
    assertThat(gateway.app.calls())
        .anySatisfy(call -> assertThat(call.header("sec-websocket-protocol")).isEqualTo("one,two"));
  }

  /** The time that a request's fields may take is no bound of a conversation. */
  @Test
  void aConversationMayPauseForLongerThanRequestsMayTake() throws InterruptedException {
    gateway.app.answers(
        (call, response) ->
            response.sendWebsocket(
                (in, out) -> out.sendString(in.receive().asString().delayElements(TWO_LIMITS))));
    Heard heard = new Heard();

    WebSocket socket = open("/api/talk", heard);
    for (String said : new String[] {"hello", "still there?"}) {
      socket.sendText(said, true).join();
      assertThat(heard.messages.take()).isEqualTo(said);
    }
    socket.sendClose(1000, "bye").join();

    assertThat(heard.messages.take()).startsWith("1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/talk", "/v1/realtime", "/closed/talk"})
  void anUpstreamThatDoesNotSwitchIsAnAnswer(String path) {
    assertThatThrownBy(() -> open(path, new Heard()))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isBetween(502, 503));
  }
}
