package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Clients of HTTP/1.0, which know no chunks (RFC 9112 §6.1). */
final class OlderClientsTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private Socket sent(String request) throws IOException {
    Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port());
    socket.setSoTimeout(15_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private String answer(String request) throws IOException {
    try (Socket socket = sent(request)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void allAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.app.answers(behaviour);
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/parts", "/bare/parts", "/shop/parts", "/plain/parts"})
  void areSentNoChunks(String path) throws IOException {
    allAnswer((call, response) -> response.sendString(Flux.just("one,", "two,", "three")).then());

    assertThat(answer("GET " + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
        .doesNotContain("transfer-encoding")
        .endsWith("\r\n\r\none,two,three");
  }

  @Test
  void areSentNoChunksOfAStream() throws IOException {
    allAnswer(FakeUpstream.events(Flux.just("data: 1\n\n", "data: [DONE]\n\n")));
    String call = "{\"stream\":true,\"messages\":[]}";

    String head = "POST /v1/chat/completions HTTP/1.0\r\nContent-Length: " + call.length();
    assertThat(answer(head + "\r\n\r\n" + call))
        .doesNotContain("transfer-encoding")
        .endsWith("\r\n\r\ndata: 1\n\ndata: [DONE]\n\n");
  }

  /** Whose end is their connection's: where it is not the answer's, it is no orderly end. */
  @Test
  void areResetWhereAnAnswerBreaksOff() throws IOException {
    Sinks.Empty<Void> enough = Sinks.empty();
    allAnswer(
        FakeUpstream.says(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            enough.asMono(),
            false));

    try (Socket socket = sent("GET /api/half HTTP/1.0\r\n\r\n")) {
      InputStream in = socket.getInputStream();
      StringBuilder text = new StringBuilder();
      while (text.indexOf("half") < 0) {
        text.append((char) in.read());
      }
      enough.tryEmitEmpty();
      assertThatThrownBy(in::readAllBytes).isInstanceOf(SocketException.class);
    }
  }
}
