package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What an operator sees and does of the nodes, and calls that wait for them. */
final class NodesTest {
  private final RunningGateway gateway = RunningGateway.fresh();
  private final NodePool pool = gateway.bean(NodePool.class);
  private final List<Node> nodes = pool.nodes();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
    pool.replace(List.of());
    pool.replace(nodes);
  }

  private HttpResponse<String> change(String id, String action) {
    String port = gateway.bean(Environment.class).getRequiredProperty("local.management.port");
    return gateway.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/nodes/" + id))
            .header("Authorization", "Bearer " + RunningGateway.CONSOLE_TOKEN)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"action\": \"" + action + "\"}")));
  }

  @Test
  void aDrainedNodeGetsNothingUntilItIsReadmitted() {
    gateway.one.answers(FakeUpstream.ok("{\"from\":1}"));
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));
    String drained = nodes.getFirst().id();

    assertThat(change(drained, "drain").body()).contains("\"DRAINING\"");
    assertThat(gateway.manage("/actuator/nodes").body()).contains("\"DRAINING\"", "\"UP\"");
    assertThat(gateway.manage("/actuator/health").body()).contains("\"DRAINING\"");
    assertThat(answers(20)).hasSize(1);
    assertThat(change(drained, "readmit").body()).contains("\"RAMPING\"");
  }

  private Set<String> answers(int calls) {
    Set<String> answers = new HashSet<>();
    for (int i = 0; i < calls; i++) {
      answers.add(gateway.chat("{\"n\":" + i + "}").body());
    }
    return answers;
  }

  @Test
  void callsOneByOneReachEveryNode() {
    gateway.one.answers(FakeUpstream.ok("{\"from\":1}"));
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));
    assertThat(answers(40)).hasSize(2);
  }

  @Test
  void mistakesAreNamed() {
    assertThat(change("nobody", "drain").statusCode()).isEqualTo(404);
    HttpResponse<String> odd = change(nodes.getFirst().id(), "reboot");
    assertThat(odd.statusCode()).isEqualTo(400);
    assertThat(odd.body()).contains("action: reboot (expected: drain or readmit)");
  }

  @Test
  void atTheirLimitsCallsWaitAndGoOutWhenASlotIsFree() {
    pool.replace(nodes.stream().map(n -> new Node(n.id(), n.uri(), n.weight(), 2)).toList());
    Sinks.Empty<Void> answer = Sinks.empty();
    FakeUpstream.Behaviour well = FakeUpstream.ok("{}");
    FakeUpstream.Behaviour later =
        (call, response) -> answer.asMono().then(Mono.from(well.answer(call, response)));
    gateway.one.answers(later);
    gateway.two.answers(later);
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      sent.add(gateway.sendAsync(gateway.chatRequest("{\"n\":" + i + "}")));
    }
    Eventually.eventually("all slots taken", () -> gateway.inFlight() == 4);
    assertThat(gateway.one.calls().size() + gateway.two.calls().size()).isLessThanOrEqualTo(4);

    answer.tryEmitEmpty();

    assertThat(sent).allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(200));
  }
}
