package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The console at the API's port of a gateway that wants credentials, over TLS. */
final class ConsoleLoginTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private final SecuredGateway gateway = SecuredGateway.one();

  private HttpResponse<String> login(String credential) {
    return gateway.send(
        gateway
            .request("/console/api/login")
            .POST(BodyPublishers.ofString("{\"credential\":\"" + credential + "\"}")),
        null);
  }

  @Test
  void thePageNeedsNoCredentialButShowsNothingWithoutOne() {
    assertThat(gateway.get("/console/").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/console/api/calls").statusCode()).isEqualTo(401);
    assertThat(gateway.get("/console/%2e%2e/api/secret").statusCode()).isNotEqualTo(200);
  }

  @Test
  void aKeyWithoutTheRoleIsRefused() throws IOException {
    assertThat(login(gateway.key("acme")).statusCode()).isEqualTo(401);
  }

  @Test
  void anAdministratorSeesAndChatsAsWhoTheyAre() throws IOException {
    gateway.node.answers(FakeUpstream.ok("{\"choices\":[]}"));
    HttpResponse<String> welcome = login(gateway.key("acme", Set.of("admin")));
    assertThat(welcome.statusCode()).isEqualTo(200);
    String cookie = welcome.headers().firstValue("Set-Cookie").orElse("");
    assertThat(cookie).contains("Secure");
    String session = cookie.substring(0, cookie.indexOf(';'));
    assertThat(gateway.get("/console/api/calls", "Cookie", session).statusCode()).isEqualTo(200);
    String csrf = welcome.body().replaceAll(".*\"csrf\":\"([0-9a-f]+)\".*", "$1");
    HttpResponse<String> chat =
        gateway.send(
            gateway
                .request("/console/api/chat", "Cookie", session, "x-tokenlane-csrf", csrf)
                .POST(BodyPublishers.ofString(CHAT)),
            null);
    assertThat(chat.statusCode()).as(chat.body()).isEqualTo(200);
    assertThat(gateway.node.calls().getLast().header(InternalPass.HEADER)).isNull();
    assertThat(
            gateway
                .send(
                    gateway
                        .request("/console/api/chat", "Cookie", session)
                        .POST(BodyPublishers.ofString(CHAT)),
                    null)
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void aPassIsGoodForOneRequest() {
    assertThat(gateway.chat(CHAT, InternalPass.HEADER, "guessed").statusCode()).isEqualTo(401);
  }
}
