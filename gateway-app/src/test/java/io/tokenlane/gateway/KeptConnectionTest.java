package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A connection that stays open is read on, however its requests came and were answered. */
final class KeptConnectionTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private static void send(Socket socket, String... paths) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String path : paths) {
      all.append("GET ").append(path).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    socket.getOutputStream().write(all.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads until so many errors of ours have come. */
  private static String read(InputStream in, int problems) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.toString().split("\"status\":404", -1).length <= problems) {
      int b = in.read();
      if (b < 0) {
        return text + "(closed)";
      }
      text.append((char) b);
    }
    return text.toString();
  }

  /** The second request waits for the first one's end and is then answered at once. */
  @Test
  void afterARequestThatWaitedAndWasAnsweredAtOnce() throws IOException {
    gateway.app.answers(
        (call, response) ->
            Mono.delay(Duration.ofMillis(50))
                .then(response.sendString(Mono.just("<late>")).then()));
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port())) {
      socket.setSoTimeout(15_000);
      for (int round = 0; round < 3; round++) {
        send(socket, "/api/slow?" + round, "/nowhere", "/nowhere");
        assertThat(read(socket.getInputStream(), 2)).contains("<late>").doesNotContain("(closed)");
        send(socket, "/nowhere");
        assertThat(read(socket.getInputStream(), 1)).contains("HTTP/1.1 404");
      }
    }
  }
}
