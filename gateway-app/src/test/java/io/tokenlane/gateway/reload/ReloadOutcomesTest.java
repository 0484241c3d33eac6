package io.tokenlane.gateway.reload;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a refused reload leaves alone, and what the console tells of reloads. */
final class ReloadOutcomesTest {
  private final FileGateway gateway = FileGateway.ONE;

  @BeforeEach
  @AfterEach
  void asStarted() {
    gateway.two.forget();
    gateway.app.forget();
    gateway.reload(gateway.base());
  }

  @Test
  void whatIsRefusedLeavesTheWeightsOfRunningRoutes() {
    String weighted =
        gateway.base()
            + weight("heavy", gateway.app.uri(), 1)
            + weight("light", gateway.two.uri(), 0);
    gateway.app.answers(FakeUpstream.with("heavy", "Cache-Control", "no-store"));
    gateway.two.answers(FakeUpstream.with("light", "Cache-Control", "no-store"));
    gateway.reload(weighted);
    Eventually.eventually("routed", () -> gateway.get("/weighted").body().equals("heavy"));

    String other =
        gateway.base()
            + weight("heavy", gateway.app.uri(), 0)
            + weight("light", gateway.two.uri(), 1)
            + "  - {id: wrong, uri: \"http://x\", predicates: [\"Pth=/a\"]}\n";
    assertThat(gateway.reload(other).kind()).isEqualTo(Outcome.Kind.REFUSED);
    for (int i = 0; i < 5; i++) {
      assertThat(gateway.get("/weighted").body()).isEqualTo("heavy");
    }
  }

  private static String weight(String id, String uri, int weight) {
    return "  - {id: %s, uri: \"%s\", predicates: [\"Path=/weighted\", \"Weight=pair, %d\"]}\n"
        .formatted(id, uri, weight);
  }

  @Test
  void theConsoleReloadsAndListsWhatChanged() {
    String reload = "/console/api/reload";
    assertThat(gateway.send(gateway.management(reload).POST(BodyPublishers.noBody())).statusCode())
        .isEqualTo(401);
    HttpResponse<String> welcome =
        gateway.send(
            gateway
                .management("/console/api/login")
                .POST(BodyPublishers.ofString("{\"credential\":\"" + FileGateway.TOKEN + "\"}")));
    String cookie = header(welcome, "Set-Cookie").replaceAll(";.*", "");
    String csrf = welcome.body().replaceAll(".*\"csrf\":\"([^\"]+)\".*", "$1");
    java.util.function.Supplier<HttpResponse<String>> asked =
        () ->
            gateway.send(
                gateway
                    .management(reload)
                    .header("Cookie", cookie)
                    .header("x-tokenlane-csrf", csrf)
                    .POST(BodyPublishers.noBody()));

    gateway.write(gateway.base("  stream: {heartbeat: 8s}\n"));
    HttpResponse<String> done = asked.get();
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).contains("\"outcome\":\"applied\"", "\"after\":\"8s\"");
    gateway.write(gateway.base("  stream: {heartbeat: soon}\n"));
    HttpResponse<String> refused = asked.get();
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("\"error\":\"tokenlane.stream.heartbeat: soon");

    String shown = gateway.send(gateway.management("/console/api/settings")).body();
    assertThat(shown.substring(shown.indexOf("\"reloads\"")))
        .containsSubsequence("\"refused\"", "\"applied\"", "\"after\":\"8s\"");
    Eventually.eventually(
        "audited",
        () -> {
          String log = read(Path.of("target/reload-access.log"));
          return log.contains("\"action\":\"reload\",\"target\":\"configuration\"")
              && log.contains("refused: tokenlane.stream.heartbeat");
        });
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
