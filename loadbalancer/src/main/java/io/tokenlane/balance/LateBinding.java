package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Binds a call to a node at the last moment: while every node worth using is at its limit, calls
 * wait here instead of in the queue of a node chosen too early. The moment a slot comes free the
 * next one that may go to its node takes it: who waits for others holds nobody up. Where nodes do
 * not tell their limits nothing waits.
 *
 * <p>A slow node is worth its slot only if that is about as soon as waiting for another: its
 * slowness may be at most {@value #WORTH_A_SLOT} · (1 + waiting calls / slots), both of the nodes
 * that the call may go to, times the slowness of the fastest of them where that is not the fleet.
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

  /** How many wait, by the nodes that they may not go to. */
  private final ConcurrentHashMap<Set<String>, Integer> waitingBut = new ConcurrentHashMap<>();

  private final AtomicInteger wanted = new AtomicInteger();
  private volatile int waiting;
  private volatile Runnable onWaiting = () -> {};

  private record Waiting(
      BalancingStrategy strategy, Demand demand, CompletableFuture<Lease> lease) {
    Set<String> unfit() {
      return demand.unfit();
    }
  }

  /** Whose wait is over; without a lease where no node is left that it may go to. */
  private record Served(Waiting call, Optional<Lease> lease) {
    boolean taken() {
      return lease
          .map(call.lease()::complete)
          .orElseGet(() -> call.lease().completeExceptionally(noNode()));
    }
  }

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
    if (waiting == 0 || !waitingBut.containsKey(demand.unfit())) {
      Optional<Lease> free = free(strategy, demand, 0);
      if (free.isPresent()) {
        return CompletableFuture.completedFuture(free.get());
      }
    }
    if (!demand.isFirst()) {
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
    return CompletableFuture.failedFuture(noNode());
  }

  private static NoSlotException noNode() {
    return new NoSlotException(NoSlotException.Reason.NO_NODE, "no node to lease");
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
      waitingBut.merge(call.unfit(), 1, Integer::sum);
      waiting = line.size();
      var _ = call.lease().whenComplete((lease, failure) -> gone(entry));
    }
    onWaiting.run();
    serve();
    return call.lease();
  }

  private void gone(WaitingLine.Entry<Waiting> entry) {
    synchronized (lock) {
      if (line.remove(entry)) {
        oneLess(entry.what());
      }
      deadlines.remove(entry);
    }
  }

  private void oneLess(Waiting call) {
    waitingBut.computeIfPresent(call.unfit(), (unfit, count) -> count == 1 ? null : count - 1);
    waiting = line.size();
  }

  private Optional<Lease> free(BalancingStrategy strategy, Demand demand, int others) {
    boolean seen = strategy.waitsForSlotsSeen();
    int slots = pool.slots(seen, demand);
    double slowest =
        slots == 0 ? Double.POSITIVE_INFINITY : WORTH_A_SLOT * (1 + (others + 1.0) / slots);
    double stretch = seen ? stretch(others, slots) : Double.POSITIVE_INFINITY;
    Optional<Lease> free = pool.acquireFree(strategy, demand, slowest, stretch);
    return free.isEmpty() && pool.idle(demand)
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
    Served served = serveOne();
    if (served != null && !served.taken()) {
      served.lease().ifPresent(Lease::ignored);
    }
    return served != null;
  }

  private @Nullable Served serveOne() {
    synchronized (lock) {
      Set<Set<String>> inVain = new HashSet<>();
      while (inVain.size() < waitingBut.size()) {
        WaitingLine.Entry<Waiting> next = line.next(call -> !inVain.contains(call.unfit()));
        if (next == null) {
          return null;
        }
        Waiting call = next.what();
        int others = waitingBut.getOrDefault(call.unfit(), 1) - 1;
        Optional<Lease> free = free(call.strategy(), call.demand(), others);
        if (free.isPresent()) {
          line.serve(next);
          oneLess(call);
          return new Served(call, free);
        }
        if (isForNobody(call)) {
          line.remove(next);
          oneLess(call);
          return new Served(call, free);
        }
        inVain.add(call.unfit());
      }
      return null;
    }
  }

  /** The nodes with its model have gone; others may be meant for it when it asks anew. */
  private boolean isForNobody(Waiting call) {
    return !call.unfit().isEmpty() && pool.preferred(call.strategy(), call.demand()) == null;
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
