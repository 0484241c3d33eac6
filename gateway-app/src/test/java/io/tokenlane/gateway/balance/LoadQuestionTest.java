package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

class LoadQuestionTest {
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final LoadQuestion question =
      new LoadQuestion(
          new NodeAsker(HttpClient.create(), id -> Optional.of("sesame")), new FleetEnergy(pool));

  private int limit() {
    return pool.snapshot().getFirst().limit();
  }

  @Test
  void asksOurNodesAndOthers() throws IOException {
    String load = Files.readString(Path.of("../docs/contracts/load.json"));
    try (FakeUpstream server = new FakeUpstream()) {
      Node node = new Node("n", URI.create(server.uri() + "/v9"));
      pool.replace(List.of(node));
      server.answers(FakeUpstream.ok(load));
      assertThat(question.ask(node).block()).isTrue();
      assertThat(limit()).isEqualTo(32);

      FakeUpstream.Behaviour metrics =
          FakeUpstream.with("llamacpp:requests_processing 3\nllamacpp:requests_deferred 1\n");
      FakeUpstream.Behaviour none = FakeUpstream.status(404);
      server.answers(
          (call, response) ->
              (call.uri().equals("/metrics") ? metrics : none).answer(call, response));
      assertThat(question.ask(node).block()).isTrue();
      assertThat(limit()).isEqualTo(3);
      assertThat(server.calls())
          .allSatisfy(call -> assertThat(call.header("Authorization")).isEqualTo("Bearer sesame"));

      server.answers(none);
      assertThat(question.ask(node).block()).isFalse();
    }
  }

  @Test
  void whoDoesNotAnswerIsLeftAloneForAMinute() {
    AtomicLong now = new AtomicLong();
    AtomicInteger asked = new AtomicInteger();
    pool.replace(List.of(new Node("n", URI.create("http://n:1"))));
    Polls polls =
        new Polls(pool, node -> Mono.fromSupplier(() -> asked.incrementAndGet() > 2), now::get);
    polls.look();
    polls.look();
    assertThat(asked).hasValue(1);
    now.addAndGet(60_000_000_000L);
    polls.look();
    assertThat(asked).hasValue(2);
    now.addAndGet(60_000_000_000L);
    polls.look();
    polls.look();
    assertThat(asked).hasValue(4);
  }
}
