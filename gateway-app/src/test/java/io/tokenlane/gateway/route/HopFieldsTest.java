package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;

/** A client may say which of its fields are for the gateway alone, and nothing of the gateway's. */
final class HopFieldsTest {
  @ParameterizedTest
  @CsvSource({
    "'close', 'close', 'A B Authorization Host'",
    "'Upgrade', 'Upgrade', 'A B Authorization Host'",
    "'keep-alive, a', 'keep-alive', 'B Authorization Host'",
    "'A, b, none', '', 'Authorization Host'",
    "'authorization, host, close', 'close', 'A B Host'"
  })
  void whatIsNamedIsRemovedOnce(String connection, String left, String fields) {
    HttpHeaders came = new HttpHeaders();
    Stream.of("A", "B", "Authorization", "Host").forEach(name -> came.set(name, "1"));
    came.set(HttpHeaders.CONNECTION, connection);

    HopFields.removeNamed(came);

    assertThat(String.join(", ", came.getConnection())).isEqualTo(left);
    came.remove(HttpHeaders.CONNECTION);
    assertThat(came.headerNames()).containsExactlyInAnyOrder(fields.split(" "));
  }

  /** The second node needs a key. */
  @Test
  void theGatewaysOwnCredentialReachesItsNode() throws IOException {
    RunningGateway gateway = RunningGateway.fresh();
    for (int i = 0; i < 20; i++) {
      ask(gateway, "/plain/hop" + i);
    }
    assertThat(gateway.two.calls())
        .isNotEmpty()
        .allSatisfy(call -> assertThat(call.header("authorization")).isEqualTo("Bearer sesame"));
    assertThat(Stream.concat(gateway.one.calls().stream(), gateway.two.calls().stream()))
        .hasSize(20)
        .extracting(call -> call.header("x-mine"))
        .containsOnlyNulls();
  }

  private static void ask(RunningGateway gateway, String path) throws IOException {
    gateway.one.answers(FakeUpstream.with("v", "Cache-Control", "no-store"));
    gateway.two.answers(FakeUpstream.with("v", "Cache-Control", "no-store"));
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port())) {
      socket.setSoTimeout(15_000);
      String head =
          " HTTP/1.1\r\nHost: h\r\nX-Mine: 1\r\nConnection: close, x-mine, authorization\r\n\r\n";
      socket.getOutputStream().write(("GET " + path + head).getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
    }
  }
}
