package io.tokenlane.balance.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.NodeState;
import io.tokenlane.balance.PoolSettings;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ActiveHealthChecksTest {
  private static final HealthSettings SETTINGS =
      new HealthSettings(Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 3, 0.1);

  private final VirtualTime time = new VirtualTime();
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT, time::nanos, bound -> 0);
  private final Map<String, CompletionStage<Boolean>> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final ActiveHealthChecks checks =
      new ActiveHealthChecks(pool, this::probe, SETTINGS, time, () -> 0.5);

  private CompletionStage<Boolean> probe(Node node) {
    asked.add(node.id());
    return answers.getOrDefault(node.id(), CompletableFuture.completedFuture(true));
  }

  private void start(String... ids) {
    pool.replace(nodes(ids));
    checks.start();
  }

  private static List<Node> nodes(String... ids) {
    return List.of(ids).stream().map(id -> new Node(id, URI.create("http://" + id))).toList();
  }

  private NodeSnapshot see(int index) {
    return pool.snapshot().get(index);
  }

  @Test
  void thresholdsInARowTakeANodeOutAndBringItBack() {
    answers.put("a", CompletableFuture.failedFuture(new ConnectException("refused")));
    start("a", "b");
    time.run(Duration.ofMillis(4_099));
    assertThat(see(0).state()).isEqualTo(NodeState.UP);
    time.run(Duration.ofMillis(1));
    assertThat(see(0).state()).isEqualTo(NodeState.DOWN);
    assertThat(see(0).lastFailure()).hasValue("health check: refused");
    assertThat(see(1).state()).isEqualTo(NodeState.UP);

    answers.remove("a");
    time.run(Duration.ofSeconds(2));
    assertThat(see(0).state()).isEqualTo(NodeState.DOWN);
    time.run(Duration.ofSeconds(2));
    assertThat(see(0).state()).isEqualTo(NodeState.RAMPING);
  }

  @Test
  void silenceIsANo() {
    answers.put("a", new CompletableFuture<>());
    start("a");
    time.run(Duration.ofMillis(5_100));
    assertThat(see(0).state()).isEqualTo(NodeState.DOWN);
    assertThat(see(0).lastFailure()).hasValue("health check: no answer in 1000 ms");
  }

  @Test
  void aProbeThatThrowsIsANo() {
    pool.replace(nodes("a"));
    Probe broken =
        node -> {
          throw new IllegalStateException("no such scheme");
        };
    new ActiveHealthChecks(pool, broken, SETTINGS, time, () -> 0).start();
    time.run(Duration.ofSeconds(5));
    assertThat(see(0).state()).isEqualTo(NodeState.DOWN);
    assertThat(see(0).lastFailure()).hasValue("health check: no such scheme");
  }

  @Test
  void whatAProbeFoundIsToldWithoutTheClassOfItsFailure() {
    answers.put(
        "a",
        CompletableFuture.<Boolean>failedFuture(new IllegalStateException("status 503"))
            .thenApply(well -> well));
    start("a");
    time.run(Duration.ofSeconds(5));
    assertThat(see(0).lastFailure()).hasValue("health check: status 503");
  }

  @Test
  void noIsNo() {
    answers.put("a", CompletableFuture.completedFuture(false));
    start("a");
    time.run(Duration.ofSeconds(5));
    assertThat(see(0).lastFailure()).hasValue("health check: answered not healthy");
  }

  @Test
  void followsTheFleetAndStopsWhenClosed() {
    start("a");
    time.run(Duration.ofSeconds(1));
    pool.replace(nodes("b"));
    time.run(Duration.ofSeconds(2));
    assertThat(asked).containsExactly("a", "b");
    checks.close();
    time.run(Duration.ofSeconds(60));
    assertThat(asked).hasSize(2);
  }

  /** A timer whose time passes when told. */
  private static final class VirtualTime implements Timer {
    private record Entry(long at, long order, Runnable action) {}

    private final PriorityQueue<Entry> waiting =
        new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::order));
    private long now;
    private long entries;

    long nanos() {
      return now;
    }

    @Override
    public void after(Duration delay, Runnable action) {
      waiting.add(new Entry(now + delay.toNanos(), entries++, action));
    }

    void run(Duration time) {
      long end = now + time.toNanos();
      for (Entry next = waiting.peek(); next != null && next.at() <= end; next = waiting.peek()) {
        waiting.remove(next);
        now = next.at();
        next.action().run();
      }
      now = end;
    }
  }
}
