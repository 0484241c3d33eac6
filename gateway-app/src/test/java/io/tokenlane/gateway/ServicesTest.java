package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodePool;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A plain {@code lb://} route before two instances of a discovered service. */
final class ServicesTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private int inFlight() {
    return gateway.manage("/actuator/nodes").body().contains("\"inFlight\":1") ? 1 : 0;
  }

  @Test
  void instancesShareTheRequestsAndAreSeen() {
    gateway.app.answers(FakeUpstream.with("app", "Cache-Control", "no-store"));
    gateway.one.answers(FakeUpstream.with("one", "Cache-Control", "no-store"));
    Set<String> bodies = ConcurrentHashMap.newKeySet();
    Eventually.eventually(
        "both instances answer",
        () -> {
          // One at a time would all go to the one that seemed faster at first.
          IntStream.range(0, 4).parallel().forEach(i -> bodies.add(answer()));
          return bodies.equals(Set.of("app", "one"));
        });
    assertThat(gateway.manage("/actuator/nodes").body())
        .contains("\"services\":{", "\"shop\":{", "\"forecast\":{\"callsPerSecond\":");
    assertThat(gateway.manage("/actuator/health").body())
        .contains("\"services\":{\"", "\"shop\":{");
    Eventually.eventually("no request in flight", () -> inFlight() == 0);
  }

  private String answer() {
    HttpResponse<String> answer = gateway.get("/shop/x");
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** One of the two instances is a port on which nobody listens. */
  @Test
  void aRefusedConnectionIsTriedElsewhereAlsoForPosts() {
    gateway.one.answers(FakeUpstream.with("one", "Cache-Control", "no-store"));
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer =
          gateway.send(gateway.request("/half/x").POST(BodyPublishers.ofString("buy")));
      assertThat(answer.body()).isEqualTo("one");
    }
    assertThat(gateway.one.calls()).hasSize(20);
    assertThat(gateway.one.calls()).allSatisfy(call -> assertThat(call.body()).isEqualTo("buy"));
    Eventually.eventually("no request in flight", () -> inFlight() == 0);
  }

  @Test
  void aConnectionThatBreaksIsTriedElsewhereForGetsOnly() {
    gateway.app.answers(FakeUpstream.reset());
    gateway.one.answers(FakeUpstream.with("one", "Cache-Control", "no-store"));
    for (int i = 0; i < 20; i++) {
      assertThat(gateway.get("/shop/y" + i).body()).isEqualTo("one");
    }
    gateway.one.answers(FakeUpstream.reset());
    HttpResponse<String> lost =
        gateway.send(gateway.request("/shop/x").POST(BodyPublishers.ofString("buy")));
    assertThat(lost.statusCode()).isGreaterThanOrEqualTo(500);
  }

  @Test
  void clientsThatGoAwayGiveTheirInstancesBack() {
    gateway.app.answers((call, response) -> Mono.never());
    gateway.one.answers((call, response) -> Mono.never());
    var waiting =
        gateway.sendAsync(gateway.request("/shop/slow").POST(BodyPublishers.ofString("buy")));
    Eventually.eventually("a request in flight", () -> inFlight() == 1);
    waiting.cancel(true);
    Eventually.eventually("no request in flight", () -> inFlight() == 0);
    assertThat(gateway.bean(NodePool.class).snapshot()).allMatch(node -> node.inFlight() == 0);
  }

  @Test
  void aServiceWithoutInstancesIsUnavailable() {
    assertThat(gateway.get("/vacant/x").statusCode()).isEqualTo(503);
  }
}
