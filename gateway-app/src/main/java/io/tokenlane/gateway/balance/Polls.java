package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * Asks every node something at an interval, never twice at once. A node that does not have it, or
 * does not answer, is left alone for a minute. While no call comes, only every tenth round is made.
 */
final class Polls {
  private static final long LEFT_ALONE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final NodePool pool;
  private final Function<Node, Mono<Boolean>> question;
  private final LongSupplier clock;
  private final Set<String> asking = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> leftAloneSince = new ConcurrentHashMap<>();
  private int skipped;

  /**
   * @param question whether the node had an answer
   */
  Polls(NodePool pool, Function<Node, Mono<Boolean>> question, LongSupplier clock) {
    this.pool = pool;
    this.question = question;
    this.clock = clock;
  }

  /** Asks all nodes; to be called by one thread. */
  void look() {
    if (Resting.of(pool) && ++skipped < Resting.ROUNDS) {
      return;
    }
    skipped = 0;
    Set<String> ids = pool.nodes().stream().map(Node::id).collect(Collectors.toSet());
    leftAloneSince.keySet().retainAll(ids);
    pool.nodes().forEach(this::ask);
  }

  private void ask(Node node) {
    Long since = leftAloneSince.get(node.id());
    boolean due = since == null || clock.getAsLong() - since >= LEFT_ALONE_NANOS;
    if (due && asking.add(node.id())) {
      var _ =
          question
              .apply(node)
              .timeout(TIMEOUT)
              .onErrorReturn(false)
              .doFinally(signal -> asking.remove(node.id()))
              .subscribe(told -> note(node, told));
    }
  }

  private void note(Node node, boolean told) {
    if (told) {
      leftAloneSince.remove(node.id());
    } else {
      leftAloneSince.put(node.id(), clock.getAsLong());
    }
  }
}
