package io.tokenlane.balance.health;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks every node of a pool at an interval and tells the pool when one goes or comes back. Nodes
 * added to the pool later are checked from the next round on, nodes that left no longer.
 */
public final class ActiveHealthChecks implements AutoCloseable {
  private final NodePool pool;
  private final Probe probe;
  private final HealthSettings settings;
  private final Timer timer;
  private final DoubleSupplier chance;
  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param chance numbers from 0 to 1, for the jitter: each check of a round starts late by up to
   *     {@code jitter · interval}
   */
  public ActiveHealthChecks(
      NodePool pool, Probe probe, HealthSettings settings, Timer timer, DoubleSupplier chance) {
    this.pool = pool;
    this.probe = probe;
    this.settings = settings;
    this.timer = timer;
    this.chance = chance;
  }

  /** Checks all nodes now and then at every interval until closed. */
  public void start() {
    if (closed) {
      return;
    }
    timer.after(settings.interval(), this::start);
    List<Node> nodes = pool.nodes();
    forgetAllBut(nodes);
    for (Node node : nodes) {
      timer.after(interval(settings.jitter() * chance.getAsDouble()), () -> check(node));
    }
  }

  /** No further check starts; one under way no longer changes anything. */
  @Override
  public void close() {
    closed = true;
  }

  private Duration interval(double share) {
    return Duration.ofNanos((long) (share * settings.interval().toNanos()));
  }

  private void forgetAllBut(List<Node> nodes) {
    tallies.keySet().retainAll(nodes.stream().map(Node::id).collect(Collectors.toSet()));
  }

  private void check(Node node) {
    if (closed) {
      return;
    }
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    var _ = answer.whenComplete((well, failure) -> record(node, well, failure));
    timer.after(settings.timeout(), () -> answer.completeExceptionally(noAnswer()));
    ask(node)
        .whenComplete(
            (well, failure) -> {
              if (failure == null) {
                answer.complete(well);
              } else {
                answer.completeExceptionally(failure);
              }
            });
  }

  private CompletionStage<Boolean> ask(Node node) {
    try {
      return probe.check(node);
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private TimeoutException noAnswer() {
    return new TimeoutException("no answer in " + settings.timeout().toMillis() + " ms");
  }

  private void record(Node node, @Nullable Boolean well, @Nullable Throwable failure) {
    if (closed) {
      return;
    }
    boolean good = Boolean.TRUE.equals(well);
    Tally tally = tallies.merge(node.id(), Tally.first(good), (before, now) -> before.plus(good));
    if (tally.inRow() >= (good ? settings.healthyThreshold() : settings.unhealthyThreshold())) {
      pool.reportHealth(node.id(), good, good ? "" : "health check: " + reason(failure));
    }
  }

  private static String reason(@Nullable Throwable failure) {
    if (failure == null) {
      return "answered not healthy";
    }
    // A stage that depends on one that failed wraps the failure, and tells its class.
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** Equal outcomes in a row. */
  private record Tally(boolean good, int inRow) {
    static Tally first(boolean good) {
      return new Tally(good, 1);
    }

    Tally plus(boolean next) {
      return next == good ? new Tally(good, inRow + 1) : first(next);
    }
  }
}
