package io.tokenlane.gateway.reload;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** All nodes that a request may be sent to have asked to be left alone. */
final class NobodyMayBeAskedTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final FileGateway gateway = FileGateway.ONE;

  NobodyMayBeAskedTest() {
    gateway.one.forget();
    String balance = "  balance: {max_attempts: 1, keys: {cookied: \"cookie:sid\"}}\n";
    String yaml = gateway.base(balance).replace("{id: one,", "{id: held,");
    assertThat(gateway.reload(yaml + route("plain") + route("cookied")).kind())
        .isEqualTo(Outcome.Kind.APPLIED);
    gateway.one.answers(
        (call, response) ->
            response.status(503).header("Retry-After", "60").sendString(Mono.just("own")).then());
    gateway.get("/plain/first");
    gateway.one.calls().clear();
  }

  private static String route(String id) {
    return "  - {id: %s, uri: \"node://nodes\", predicates: [\"Path=/%s/**\"]}\n".formatted(id, id);
  }

  @AfterEach
  void asStarted() {
    gateway.one.forget();
    gateway.reload(gateway.base());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/plain/x", "/cookied/x"}) // beside the filters, and through them
  void aPlainRequestIsToldToComeBack(String path) {
    toldToComeBack(gateway.get(path));
  }

  @Test
  void aCallIsToldToComeBack() {
    HttpResponse<String> answer = gateway.chat(CHAT);
    toldToComeBack(answer);
    assertThat(answer.body()).contains("\"nodes_busy\"");
  }

  private void toldToComeBack(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(answer.body()).contains("All inference nodes are busy or failing");
    assertThat(gateway.one.calls()).isEmpty();
  }
}
