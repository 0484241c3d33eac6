package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.GatewayApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A small node at the edge, behind a gateway that would rather ask the cloud. */
class StandbyTest {
  private static final FakeUpstream CLOUD = new FakeUpstream();
  private static final FakeUpstream LOCAL = new FakeUpstream();

  private static ConfigurableApplicationContext gateway;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start(@TempDir Path folder) {
    gateway =
        new SpringApplicationBuilder(GatewayApplication.class)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--tokenlane.log.access=" + folder.resolve("access.log"),
                "--tokenlane.balance.health.interval=50ms",
                "--tokenlane.balance.signals_interval=0s",
                "--tokenlane.balance.discovery_interval=100ms",
                "--tokenlane.nodes[0].id=cloud",
                "--tokenlane.nodes[0].uri=" + CLOUD.uri(),
                "--tokenlane.nodes[1].id=local",
                "--tokenlane.nodes[1].uri=" + LOCAL.uri(),
                "--tokenlane.nodes[1].standby=true",
                "--tokenlane.nodes[1].model=small");
  }

  @AfterAll
  static void stop() {
    // The gateway itself would take down the event loops that all gateways of this JVM share.
    gateway.getBean(ScheduledExecutorService.class).shutdownNow();
    CLOUD.close();
    LOCAL.close();
  }

  @BeforeEach
  void allIsWell() {
    CLOUD.forget();
    LOCAL.forget();
    CLOUD.answers(serving("big", "cloud"));
    LOCAL.answers(serving("small", "local"));
    CLOUD.healthy(true);
    LOCAL.healthy(true);
    await("cloud", true);
    await("local", true);
  }

  /** A node that lists one model and answers every chat. */
  private static FakeUpstream.Behaviour serving(String model, String name) {
    FakeUpstream.Behaviour models =
        FakeUpstream.ok("{\"object\":\"list\",\"data\":[{\"id\":\"%s\"}]}".formatted(model));
    FakeUpstream.Behaviour chat =
        FakeUpstream.ok("{\"choices\":[],\"from\":\"%s\"}".formatted(name));
    return (call, response) -> (call.method().equals("GET") ? models : chat).answer(call, response);
  }

  private static void await(String id, boolean serves) {
    Eventually.eventually(id + " serves: " + serves, () -> serves(id) == serves);
  }

  private static boolean serves(String id) {
    return gateway.getBean(NodePool.class).snapshot().stream()
        .filter(node -> node.node().id().equals(id))
        .allMatch(node -> node.state().serves());
  }

  private HttpResponse<String> ask(String question) throws Exception {
    int port = Integer.parseInt(gateway.getEnvironment().getRequiredProperty("local.server.port"));
    String body =
        """
        {"model": "big", "temperature": 0, "messages": [{"role": "user", "content": "%s"}]}
        """
            .formatted(question);
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** The calls, without the gateway's own questions. */
  private static List<FakeUpstream.Call> asked(FakeUpstream node) {
    return node.calls().stream().filter(call -> call.method().equals("POST")).toList();
  }

  @Test
  void whileTheCloudServesTheLocalNodeIsLeftAlone() throws Exception {
    for (int i = 0; i < 10; i++) {
      HttpResponse<String> answer = ask("cloud " + i);
      assertThat(answer.body()).contains("\"cloud\"");
      assertThat(answer.headers().firstValue(Standby.FIELD)).isEmpty();
    }
    assertThat(asked(LOCAL)).isEmpty();
  }

  @Test
  void whileTheCloudIsOutOfReachTheLocalModelAnswersAndSaysSo() throws Exception {
    CLOUD.healthy(false);
    await("cloud", false);

    HttpResponse<String> answer = ask("cut off");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"local\"");
    assertThat(answer.headers().firstValue(Standby.FIELD)).hasValue("local");
    assertThat(answer.headers().firstValue(Standby.MODEL)).hasValue("small");
    assertThat(asked(LOCAL).getLast().body()).contains("\"model\":\"small\"");
    assertThat(asked(CLOUD)).isEmpty();
  }

  @Test
  void aCallThatTheCloudDropsGoesToTheLocalNode() throws Exception {
    CLOUD.answers(FakeUpstream.status(503));

    assertThat(ask("dropped").headers().firstValue(Standby.FIELD)).hasValue("local");
  }

  @Test
  void onceTheCloudIsBackItIsAskedAgain() throws Exception {
    CLOUD.healthy(false);
    await("cloud", false);
    assertThat(ask("back").body()).contains("\"local\"");

    CLOUD.healthy(true);
    await("cloud", true);

    HttpResponse<String> answer = ask("back");
    assertThat(answer.body()).as("not from the cache").contains("\"cloud\"");
    assertThat(answer.headers().firstValue(Standby.FIELD)).isEmpty();
  }

  /** Its health checks see nothing wrong with it: only a call can tell that it is well again. */
  @Test
  void aCloudThatWasEjectedHasItsTrialWhileTheLocalNodeServes() throws Exception {
    CLOUD.answers(FakeUpstream.status(503));
    for (int i = 0; serves("cloud"); i++) {
      ask("failing " + i);
    }
    CLOUD.answers(serving("big", "cloud"));

    Eventually.eventually("the cloud answers", this::cloudAnswers);
  }

  private boolean cloudAnswers() {
    try {
      return ask("is the cloud back?").body().contains("\"cloud\"");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whereNobodyServesTheClientIsTold() throws Exception {
    CLOUD.answers(FakeUpstream.status(503));
    LOCAL.answers(FakeUpstream.status(503));

    assertThat(ask("nobody").statusCode()).isEqualTo(503);
  }
}
