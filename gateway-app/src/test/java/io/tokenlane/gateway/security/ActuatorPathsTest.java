package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

class ActuatorPathsTest {
  @ParameterizedTest
  @CsvSource({
    "/actuator, /actuator/reload, false, true",
    "/actuator, /actuator/not-there, false, true",
    "/actuator/, /actuator/nodes/a, false, true",
    "/actuator, /api/reload, true, false",
    "/, /reload, true, true",
    "/, /nodes/a, true, true",
    "'', /nodes/a, true, true",
    "/, /%72eload, true, true",
    "/, /console/api/login, true, false",
    "/, /reload, false, false",
  })
  void findsTheActuatorsRequests(String base, String path, boolean itsPort, boolean expected) {
    ActuatorPaths paths =
        new ActuatorPaths(base, () -> List.of("/reload", "/nodes"), exchange -> itsPort);
    assertThat(
            paths.test(
                MockServerWebExchange.from(
                    MockServerHttpRequest.method(HttpMethod.POST, URI.create(path)))))
        .isEqualTo(expected);
  }
}
