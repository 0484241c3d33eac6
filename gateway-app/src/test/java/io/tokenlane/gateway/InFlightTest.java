package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Leases are closed once, however calls end: answered whole or as a stream, refused, failed, cut
 * before or amid the answer, or given up by the client while they wait for a slot, for the answer,
 * or amid it. So what is in flight returns to 0, with and without limits.
 */
final class InFlightTest {
  private static final int CALLS = 150;

  private final RunningGateway gateway = RunningGateway.fresh();
  private final NodePool pool = gateway.bean(NodePool.class);
  private final List<Node> nodes = pool.nodes();

  @AfterEach
  void asBefore() {
    pool.replace(List.of());
    pool.replace(nodes);
  }

  @ParameterizedTest(name = "limit {0}")
  @ValueSource(ints = {0, 3})
  void returnsToZero(int limit) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    pool.replace(nodes.stream().map(n -> new Node(n.id(), n.uri(), n.weight(), limit)).toList());
    gateway.one.answers(Moods.asTheCallSays());
    gateway.two.answers(Moods.asTheCallSays());
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      Moods how = Moods.any(random);
      boolean stream = how.name().contains("STREAM") || how == Moods.CUT_AMID;
      String body =
          "{\"n\":%d,\"stream\":%s,\"how\":\"%s\"}".formatted(random.nextInt(), stream, how);
      sent.add(gateway.sendAsync(gateway.chatRequest(body)));
      if (random.nextInt(3) == 0) {
        sent.get(random.nextInt(sent.size())).cancel(true);
      }
    }
    assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).handle((v, e) -> 0))
        .as("seed %d", seed)
        .succeedsWithin(Duration.ofSeconds(60));
    Eventually.eventually("none in flight, seed " + seed, () -> gateway.inFlight() == 0);
    assertThat(gateway.bean(LateBinding.class).waiting()).as("seed %d", seed).isZero();
  }
}
