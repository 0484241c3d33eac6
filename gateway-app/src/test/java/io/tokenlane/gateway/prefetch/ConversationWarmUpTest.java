package io.tokenlane.gateway.prefetch;

import static io.tokenlane.gateway.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.Place;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.cache.TurnListener.Turn;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.node.ObjectNode;

/** A node on a real socket. */
final class ConversationWarmUpTest {
  private static final String HELLO = "{\"role\":\"user\",\"content\":\"hello\"}";
  private static final String ANSWER =
      "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\","
          + "\"reasoning_content\":\"well\"},\"finish_reason\":\"stop\"}]}";

  private final FakeUpstream node = new FakeUpstream();
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final LateBinding line = new LateBinding(pool, 10);
  private final AtomicBoolean busy = new AtomicBoolean();
  private final ConversationWarmUp warmUp =
      new ConversationWarmUp(
          new NodePrefixes(HttpClient.create(), id -> Optional.of("sesame")),
          (call, route) ->
              line.lease(
                  Strategies.named("round-robin"),
                  Demand.PLAIN,
                  new Place(0, "", Duration.ofSeconds(1))),
          busy::get);

  ConversationWarmUpTest() {
    pool.replace(List.of(new Node("one", URI.create(node.uri()))));
    pool.reportHealth("one", true, "");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static Turn turn(String... messages) {
    String body =
        "{\"model\":\"m\",\"temperature\":0,\"messages\":[%s]}"
            .formatted(String.join(",", messages));
    return new Turn(
        CallParser.parse(CallKind.CHAT, body.getBytes(StandardCharsets.UTF_8)), "nodes", "me");
  }

  private static ObjectNode answer() {
    return CallParser.parse(CallKind.CHAT, ANSWER.getBytes(StandardCharsets.UTF_8)).body();
  }

  private boolean computed(long times) {
    return Long.valueOf(times).equals(warmUp.account().get("computed"));
  }

  @Test
  void aNodeComputesWhatTheNextTurnBeginsWith() {
    warmUp.asked(turn(HELLO));
    warmUp.answered(turn(HELLO), answer());

    eventually("computed", () -> computed(1));
    assertThat(node.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.uri()).isEqualTo("/v1/prefixes");
              assertThat(call.header("authorization")).isEqualTo("Bearer sesame");
              assertThat(call.body())
                  .isEqualTo(
                      "{\"model\":\"m\",\"messages\":["
                          + HELLO
                          + ",{\"role\":\"assistant\",\"content\":\"hi\"}],\"pin\":false}");
            });
    eventually("lease closed", () -> pool.snapshot().getFirst().inFlight() == 0);
  }

  @Test
  void notWhileNodesAreNeeded() {
    busy.set(true);
    warmUp.answered(turn(HELLO), answer());
    assertThat(warmUp.account()).containsEntry("withheld", 1L);
    assertThat(node.calls()).isEmpty();
  }

  @Test
  void aNodeWithoutThePathIsAskedOnce() {
    node.answers(FakeUpstream.status(404));
    warmUp.answered(turn(HELLO), answer());
    eventually("left alone", () -> Set.of("one").equals(warmUp.account().get("nodesWithout")));
    eventually("lease closed", () -> pool.snapshot().getFirst().inFlight() == 0);
    warmUp.answered(turn(HELLO), answer());
    assertThat(node.calls()).hasSize(1);
  }
}
