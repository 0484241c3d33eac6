package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The fleet. Holds what this gateway knows about every node, lends nodes out and learns from how
 * the leases end. Picks take no lock; a reload publishes a new fleet at once.
 */
public final class NodePool {
  private final PoolSettings settings;
  private final LongSupplier clock;
  private final IntUnaryOperator random;
  private final FleetPace fleetPace = new FleetPace();
  private final AtomicLong turns = new AtomicLong();
  private volatile Member[] members = {};

  /** An empty pool in real time with real chance. */
  public NodePool(PoolSettings settings) {
    this(settings, System::nanoTime, bound -> ThreadLocalRandom.current().nextInt(bound));
  }

  /**
   * @param clock nanoseconds that only grow, from any origin
   * @param random a number from 0 to its argument minus one; called from many threads
   */
  public NodePool(PoolSettings settings, LongSupplier clock, IntUnaryOperator random) {
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Makes these nodes the fleet, in this order. A node whose id stays keeps its statistics and
   * state, also with a new weight or address; leases on nodes that went end as usual.
   *
   * @throws IllegalArgumentException if two nodes have the same id; the fleet is unchanged then
   */
  public synchronized void replace(List<Node> nodes) {
    requireDistinct(nodes);
    Map<String, Member> known = new HashMap<>();
    for (Member member : members) {
      known.put(member.node().id(), member);
    }
    members = nodes.stream().map(node -> adopt(known.get(node.id()), node)).toArray(Member[]::new);
  }

  private Member adopt(@Nullable Member known, Node node) {
    if (known == null) {
      return new Member(node, settings, fleetPace, clock.getAsLong());
    }
    known.rename(node);
    return known;
  }

  private static void requireDistinct(List<Node> nodes) {
    Set<String> ids = new HashSet<>();
    for (Node node : nodes) {
      if (!ids.add(node.id())) {
        throw new IllegalArgumentException("node id: " + node.id() + " twice (expected: once)");
      }
    }
  }

  /** The current nodes, in the configured order. */
  public List<Node> nodes() {
    return Arrays.stream(members).map(Member::node).toList();
  }

  /** What is known about each node now, in the configured order. */
  public List<NodeSnapshot> snapshot() {
    long now = clock.getAsLong();
    return Arrays.stream(members).map(member -> member.snapshot(now)).toList();
  }

  /** {@link #acquire(BalancingStrategy, String, Set)} for a first attempt without a key to hash. */
  public Optional<Lease> acquire(BalancingStrategy strategy) {
    return acquire(strategy, null, Set.of());
  }

  /**
   * Lends out the node that the strategy prefers. A node due for its trial takes a first attempt
   * before all others. Where no node serves, the call goes to one that does not, rather than
   * nowhere (panic).
   *
   * @param key what hashing strategies hash; null if the call has none
   * @param excluded ids of nodes already tried for this call
   * @return empty only if there is no node outside {@code excluded}
   */
  public Optional<Lease> acquire(
      BalancingStrategy strategy, @Nullable String key, Set<String> excluded) {
    Member[] fleet = members;
    long now = clock.getAsLong();
    if (excluded.isEmpty()) {
      Member trial = dueForTrial(fleet, now);
      if (trial != null) {
        return Optional.of(new MemberLease(trial, clock, true));
      }
    }
    Pick pick = new Pick(fleet, excluded, key, now, this);
    if (!pick.settle()) {
      return Optional.empty();
    }
    return Optional.of(new MemberLease(fleet[strategy.choose(pick)], clock, false));
  }

  private static @Nullable Member dueForTrial(Member[] fleet, long now) {
    for (Member member : fleet) {
      if (member.takeTrial(now)) {
        return member;
      }
    }
    return null;
  }

  /**
   * The outcome of an active health check, thresholds already applied. Bad takes the node out
   * (state DOWN); good brings back a node that was taken out this way and changes nothing else. An
   * id that left the fleet meanwhile is of no interest.
   *
   * @param detail why, for the operator; kept as {@link NodeSnapshot#lastFailure} when not healthy
   */
  public void reportHealth(String nodeId, boolean healthy, String detail) {
    long now = clock.getAsLong();
    for (Member member : members) {
      if (member.node().id().equals(nodeId)) {
        member.reportHealth(healthy, detail, now);
      }
    }
  }

  long nextTurn() {
    return turns.getAndIncrement();
  }

  int random(int bound) {
    return random.applyAsInt(bound);
  }
}
