package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Binds a call to a node at the last moment: while every node worth using is at its limit, calls
 * wait here instead of in the queue of a node chosen too early. The moment a slot comes free the
 * next one takes it. Where nodes do not tell their limits nothing waits.
 *
 * <p>A slow node is worth its slot only if that is about as soon as waiting for another: its
 * slowness may be at most {@value #WORTH_A_SLOT} · (1 + waiting calls / slots of the fleet).
 */
public final class LateBinding {
  private static final double WORTH_A_SLOT = 5;
  private static final double STRETCH = 0.5;
  private static final double LEAST_STRETCH = 0.25;
  private static final double PROBE = 0.01;
  private static final int PROBES = 128;

  private final NodePool pool;
  private final int mostWaiting;
  private final Object lock = new Object();
  private final WaitingLine<Waiting> line = new WaitingLine<>();
  private final PriorityQueue<WaitingLine.Entry<Waiting>> deadlines =
      new PriorityQueue<>((a, b) -> Long.compare(a.deadline(), b.deadline()));
  private final AtomicInteger wanted = new AtomicInteger();
  private volatile int waiting;
  private volatile Runnable onWaiting = () -> {};

  private record Waiting(
      BalancingStrategy strategy, Demand demand, CompletableFuture<Lease> lease) {}

  /**
   * Watches the pool's slots.
   *
   * @param mostWaiting calls that may wait; more are refused; ≥ 0
   */
  public LateBinding(NodePool pool, int mostWaiting) {
    if (mostWaiting < 0) {
      throw new IllegalArgumentException("most waiting: " + mostWaiting + " (expected: >= 0)");
    }
    this.pool = pool;
    this.mostWaiting = mostWaiting;
    pool.onFreed(this::serve);
  }

  /** What the strategy would see now, as {@link NodePool#scores}. */
  public List<NodeScore> scores(BalancingStrategy strategy, Demand demand, int most) {
    return pool.scores(strategy, demand, most);
  }

  /**
   * Has something run each time that a call begins to wait: from then on, until none does, {@link
   * #tick} is to be called.
   */
  public void onWaiting(Runnable action) {
    onWaiting = action;
  }

  /** Calls that wait now. */
  public int waiting() {
    return waiting;
  }

  /**
   * Leases a node, now or when one has a slot. Cancelling the future gives the place up; a lease
   * that comes too late for that is closed here.
   *
   * @return fails with {@link NoSlotException}
   */
  public CompletableFuture<Lease> lease(BalancingStrategy strategy, Demand demand, Place place) {
    pool.arrived();
    if (waiting == 0) {
      Optional<Lease> free = free(strategy, demand, 0);
      if (free.isPresent()) {
        return CompletableFuture.completedFuture(free.get());
      }
    }
    if (!demand.excluded().isEmpty()) {
      return atOnce(strategy, demand);
    }
    if (pool.preferred(strategy, demand) == null) {
      return nobody();
    }
    return join(new Waiting(strategy, demand, new CompletableFuture<>()), place);
  }

  /**
   * A call that failed elsewhere has waited already, and in the line it could stand for a node that
   * left meanwhile, before others whom any node could serve: it goes beyond the limits.
   */
  private CompletableFuture<Lease> atOnce(BalancingStrategy strategy, Demand demand) {
    return free(strategy, demand, 0)
        .or(() -> pool.again(strategy, demand))
        .map(CompletableFuture::completedFuture)
        .orElseGet(LateBinding::nobody);
  }

  private static CompletableFuture<Lease> nobody() {
    return CompletableFuture.failedFuture(
        new NoSlotException(NoSlotException.Reason.NO_NODE, "no node to lease"));
  }

  private CompletableFuture<Lease> join(Waiting call, Place place) {
    synchronized (lock) {
      if (line.size() >= mostWaiting) {
        return CompletableFuture.failedFuture(
            new NoSlotException(
                NoSlotException.Reason.LINE_FULL, mostWaiting + " calls wait already"));
      }
      double cost = Math.max(1, call.demand().prompt().tokens());
      long deadline = pool.now() + place.patience().toNanos();
      WaitingLine.Entry<Waiting> entry = line.add(call, place, cost, deadline);
      deadlines.add(entry);
      waiting = line.size();
      var _ = call.lease().whenComplete((lease, failure) -> gone(entry));
    }
    onWaiting.run();
    serve();
    return call.lease();
  }

  private void gone(WaitingLine.Entry<Waiting> entry) {
    synchronized (lock) {
      line.remove(entry);
      deadlines.remove(entry);
      waiting = line.size();
    }
  }

  private Optional<Lease> free(BalancingStrategy strategy, Demand demand, int others) {
    boolean seen = strategy.waitsForSlotsSeen();
    int slots = pool.slots(seen);
    double slowest =
        slots == 0 ? Double.POSITIVE_INFINITY : WORTH_A_SLOT * (1 + (others + 1.0) / slots);
    double stretch = seen ? stretch(others, slots) : Double.POSITIVE_INFINITY;
    Optional<Lease> free = pool.acquireFree(strategy, demand, slowest, stretch);
    return free.isEmpty() && pool.idle()
        ? pool.acquireFree(strategy, demand, Double.POSITIVE_INFINITY, stretch)
        : free;
  }

  /**
   * A limit that was seen may be wrong, and one that is held to shows nothing beyond it. So it
   * gives way where many wait, and to one in {@value #PROBES} of those that would wait.
   */
  private double stretch(int others, int slots) {
    double stretch = slots == 0 ? 0 : STRETCH * others / slots;
    if (stretch >= LEAST_STRETCH) {
      return stretch;
    }
    return others > 0 && pool.chance(PROBES) == 0 ? PROBE : 0;
  }

  /**
   * Hands free slots to those who wait, by one thread at a time: a slot that comes free while it is
   * at it is seen by one more round.
   */
  private void serve() {
    if (waiting == 0 || wanted.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    while (seen != 0) {
      while (handOne()) {
        seen = Math.max(seen, wanted.get());
      }
      seen = wanted.addAndGet(-seen);
    }
  }

  private boolean handOne() {
    Waiting next;
    Lease lease;
    synchronized (lock) {
      WaitingLine.@Nullable Entry<Waiting> head = line.peek();
      if (head == null) {
        return false;
      }
      next = head.what();
      Optional<Lease> free = free(next.strategy(), next.demand(), line.size() - 1);
      if (free.isEmpty()) {
        return false;
      }
      lease = free.get();
      line.serve();
      waiting = line.size();
    }
    if (!next.lease().complete(lease)) {
      lease.ignored();
    }
    return true;
  }

  /**
   * Ends the wait of calls whose time is over, and looks for slots again; to be called often while
   * calls wait.
   */
  public void tick() {
    long now = pool.now();
    List<Waiting> late = new ArrayList<>();
    synchronized (lock) {
      while (!deadlines.isEmpty() && now - deadlines.element().deadline() >= 0) {
        late.add(deadlines.remove().what());
      }
    }
    for (Waiting call : late) {
      call.lease()
          .completeExceptionally(
              new NoSlotException(
                  NoSlotException.Reason.TOO_LATE, "no slot came free before the deadline"));
    }
    serve();
  }
}
