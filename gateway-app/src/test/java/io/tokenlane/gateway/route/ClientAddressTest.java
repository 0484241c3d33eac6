package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

class ClientAddressTest {
  private static final ClientAddress CLIENTS =
      new ClientAddress(
          new TrustedProxies(
              new HttpProperties(
                  List.of("10.0.0.0/8"), Duration.ofSeconds(1), Duration.ofSeconds(1), true)));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "192.0.2.1 | X-Forwarded-For | 198.51.100.7 | 192.0.2.1",
        "10.0.0.1 | X-Forwarded-For | 198.51.100.7 | 198.51.100.7",
        "10.0.0.1 | X-Forwarded-For | 203.0.113.9, 198.51.100.7 | 198.51.100.7",
        "10.0.0.1 | X-Forwarded-For | 198.51.100.7, 10.0.0.2 | 198.51.100.7",
        "10.0.0.1 | X-Forwarded-For | 198.51.100.7:4711 | 198.51.100.7",
        "10.0.0.1 | X-Forwarded-For | unknown, 10.0.0.2 | 10.0.0.2",
        "10.0.0.1 | Forwarded | for=198.51.100.7;proto=https | 198.51.100.7",
        "10.0.0.1 | Forwarded | proto=http;For=\"[2001:db8::1]:80\" | 2001:db8:0:0:0:0:0:1",
        "10.0.0.1 | Forwarded | by=10.0.0.9 | 10.0.0.1",
        "10.0.0.1 | X-Other | x | 10.0.0.1"
      })
  void isThePeerOrWhomTrustedProxiesName(String peer, String field, String value, String expected) {
    MockServerHttpRequest request =
        MockServerHttpRequest.get("/")
            .header(field, value)
            .remoteAddress(new InetSocketAddress(peer, 1234))
            .build();
    assertThat(CLIENTS.of(request)).hasValue(expected);
  }
}
