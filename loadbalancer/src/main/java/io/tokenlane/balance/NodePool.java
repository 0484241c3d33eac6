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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fleet. Holds what this gateway knows about every node, lends nodes out and learns from how
 * the leases end. Picks take no lock and allocate nothing but the lease; a reload publishes a new
 * fleet at once.
 */
public final class NodePool {
  private final Fleet fleet;
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
    this.fleet = new Fleet(settings, clock, random);
  }

  /**
   * Makes these nodes the fleet, in this order. A node whose id stays keeps its statistics and
   * state, also with a new weight or address; leases on nodes that went end as usual. Where none
   * stays, the fleet's own level is learned anew too.
   *
   * @throws IllegalArgumentException if two nodes have the same id; the fleet is unchanged then
   */
  public synchronized void replace(List<Node> nodes) {
    requireDistinct(nodes);
    Map<String, Member> known = new HashMap<>();
    for (Member member : members) {
      known.put(member.node().id(), member);
    }
    if (nodes.stream().map(Node::id).noneMatch(known::containsKey)) {
      fleet.others();
    }
    members =
        nodes.stream().map(node -> adopt(known.remove(node.id()), node)).toArray(Member[]::new);
    fleet.size = members.length;
    known.values().forEach(Member::left);
    known.keySet().forEach(fleet.holds::forget);
    fleet.onFreed.run();
  }

  /** Treats its nodes like this from now on; what is known of them stays. */
  public void treat(PoolSettings next) {
    fleet.settings = next;
  }

  private Member adopt(@Nullable Member known, Node node) {
    if (known == null) {
      return new Member(node, fleet, fleet.clock.getAsLong());
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

  /**
   * Whether another node may be asked: one that serves, or, where so few do that all but the
   * draining are asked, any of those. None that asked to be left alone.
   *
   * @param excluded ids of nodes that are not meant
   */
  public boolean anyBut(Set<String> excluded) {
    Member[] all = members;
    long now = fleet.clock.getAsLong();
    int serving = 0;
    boolean well = false;
    boolean any = false;
    for (Member member : all) {
      boolean other = !excluded.contains(member.node().id()) && !held(member, now);
      serving += member.serves() ? 1 : 0;
      well |= other && member.serves();
      any |= other && !member.drains();
    }
    return fleet.settings.panics(serving, all.length) ? any : well;
  }

  /** What is known about each node now, in the configured order. */
  public List<NodeSnapshot> snapshot() {
    long now = fleet.clock.getAsLong();
    return Arrays.stream(members).map(member -> member.snapshot(now)).toList();
  }

  /** {@link #acquire(BalancingStrategy, Demand)} for a first attempt of which nothing is known. */
  public Optional<Lease> acquire(BalancingStrategy strategy) {
    return acquire(strategy, Demand.PLAIN);
  }

  /**
   * Lends out the node that the strategy prefers, whatever its limit. A node due for its trial
   * takes a first attempt before all others. Where too few nodes serve, the call may also go to one
   * that does not, rather than nowhere (panic).
   *
   * @return empty only if the demand leaves out every node that does not drain
   */
  public Optional<Lease> acquire(BalancingStrategy strategy, Demand demand) {
    arrived();
    return again(strategy, demand);
  }

  /** As {@code acquire}, for a call that was counted before. */
  Optional<Lease> again(BalancingStrategy strategy, Demand demand) {
    long now = fleet.clock.getAsLong();
    Member chosen = trial(demand, now);
    boolean trial = chosen != null;
    if (chosen == null) {
      chosen = choose(strategy, demand, now);
    }
    return chosen == null ? Optional.empty() : Optional.of(lend(chosen, demand, trial, now));
  }

  /**
   * As {@link #acquire(BalancingStrategy, Demand)}, but only a node with a free slot for this
   * gateway.
   *
   * @param slowest nodes surely slower than this times the fleet are not worth their slot; ≥ 1
   * @param stretch of limits that were only seen, as {@link Member#limit(double)}
   */
  Optional<Lease> acquireFree(
      BalancingStrategy strategy, Demand demand, double slowest, double stretch) {
    long now = fleet.clock.getAsLong();
    Member due = trial(demand, now);
    if (due != null) {
      return Optional.of(lend(due, demand, true, now));
    }
    Pick pick = Pick.in(fleet);
    Member[] current = members;
    try {
      while (pick.settleFree(current, demand, now, slowest, stretch)) {
        Member chosen = current[strategy.choose(pick)];
        int tokens = Owners.tokensToCompute(current, chosen, demand.prompt());
        int ended = chosen.ended();
        int place = chosen.open(chosen.limit(stretch), tokens, now);
        if (place > 0) {
          long ahead = tokens == 0 ? 0 : chosen.tokensAhead(now);
          Opening opening = new Opening(now, false, tokens, ahead, place, ended);
          return Optional.of(new MemberLease(chosen, fleet.clock, opening));
        }
      }
      return Optional.empty();
    } finally {
      pick.done();
    }
  }

  /** The node that {@code acquire} would lend now, trials aside; null if there is none. */
  public @Nullable Node preferred(BalancingStrategy strategy, Demand demand) {
    Member chosen = choose(strategy, demand, fleet.clock.getAsLong());
    return chosen == null ? null : chosen.node();
  }

  /**
   * What the strategy would see of the first nodes if it had to choose now, for people who ask why.
   *
   * @param most how many nodes are told of, ≥ 0
   */
  public List<NodeScore> scores(BalancingStrategy strategy, Demand demand, int most) {
    Member[] current = members;
    Pick pick = Pick.in(fleet);
    try {
      pick.settle(current, demand, fleet.clock.getAsLong());
      return IntStream.range(0, Math.min(most, current.length))
          .mapToObj(i -> NodeScore.of(current[i].node().id(), strategy, pick, i))
          .toList();
    } finally {
      pick.done();
    }
  }

  private @Nullable Member choose(BalancingStrategy strategy, Demand demand, long now) {
    Member[] current = members;
    Pick pick = Pick.in(fleet);
    try {
      return pick.settle(current, demand, now) ? current[strategy.choose(pick)] : null;
    } finally {
      pick.done();
    }
  }

  private @Nullable Member trial(Demand demand, long now) {
    return fleet.ejected.get() > 0 && demand.isFirst() ? dueForTrial(demand, now) : null;
  }

  private @Nullable Member dueForTrial(Demand demand, long now) {
    for (Member member : members) {
      if (demand.fits(member.node()) && !held(member, now) && member.takeTrial(now)) {
        return member;
      }
    }
    return null;
  }

  private Lease lend(Member member, Demand demand, boolean trial, long now) {
    int tokens = Owners.tokensToCompute(members, member, demand.prompt());
    int ended = member.ended();
    int place = member.open(0, tokens, now);
    long ahead = tokens == 0 ? 0 : member.tokensAhead(now);
    return new MemberLease(
        member, fleet.clock, new Opening(now, trial, tokens, ahead, place, ended));
  }

  /**
   * The outcome of an active health check, thresholds already applied. Bad takes the node out
   * (state DOWN); good brings back a node that was taken out this way and changes nothing else. An
   * id that left the fleet meanwhile is of no interest.
   *
   * @param detail why, for the operator; kept as {@link NodeSnapshot#lastFailure} when not healthy
   */
  public void reportHealth(String nodeId, boolean healthy, String detail) {
    long now = fleet.clock.getAsLong();
    with(nodeId, member -> member.reportHealth(healthy, detail, now));
  }

  /**
   * The node asked to be left alone: picks pass it over while another serves.
   *
   * @param nanos how long from now on; 0: no longer
   */
  public void hold(String nodeId, long nanos) {
    fleet.holds.hold(nodeId, nanos, fleet.clock.getAsLong());
  }

  private boolean held(Member member, long now) {
    return fleet.holds.has(member.node(), now);
  }

  /** What the node says about itself now; holds for 5 s, its slots for good. */
  public void report(String nodeId, NodeReport report) {
    long now = fleet.clock.getAsLong();
    with(nodeId, member -> member.report(report, now));
  }

  /**
   * Takes a node out of service: it ends the calls it has and gets no new ones.
   *
   * @return whether there is such a node
   */
  public boolean drain(String nodeId) {
    long now = fleet.clock.getAsLong();
    return with(nodeId, member -> member.drain(now));
  }

  /**
   * Takes a node back into service, slowly, whatever kept it out.
   *
   * @return whether there is such a node
   */
  public boolean readmit(String nodeId) {
    long now = fleet.clock.getAsLong();
    return with(nodeId, member -> member.readmit(now));
  }

  private boolean with(String nodeId, Consumer<Member> action) {
    boolean found = false;
    for (Member member : members) {
      if (member.node().id().equals(nodeId)) {
        action.accept(member);
        found = true;
      }
    }
    return found;
  }

  /** Arrivals and what is to be expected. */
  public ArrivalForecast forecast() {
    fleet.arrivals.advance(fleet.clock.getAsLong());
    return fleet.arrivals;
  }

  /** What is to be expected, for whoever starts and stops nodes. */
  public ScaleHint scaleHint() {
    long serving = Arrays.stream(members).filter(Member::serves).count();
    double slotsPerNode = serving == 0 ? 0 : (double) slots(true, Demand.PLAIN) / serving;
    return ScaleHint.of(forecast(), fleet.secondsHeld(), slotsPerNode);
  }

  /**
   * Tells one more listener about stored states that change: UP, RAMPING, EJECTED, DOWN, DRAINING.
   * Called under the node's lock: must not block.
   */
  public synchronized void onChange(BiConsumer<Node, NodeState> listener) {
    fleet.onChange = fleet.onChange.andThen(listener);
  }

  /** Tells one listener that a slot may have come free. */
  void onFreed(Runnable listener) {
    fleet.onFreed = listener;
  }

  /** Counts a call for the forecast. */
  void arrived() {
    long now = fleet.clock.getAsLong();
    fleet.lastArrival = now;
    fleet.arrivals.arrived(now);
  }

  /** How long no call has come, in nanoseconds; from the start until the first one. */
  public long quietNanos() {
    return fleet.clock.getAsLong() - fleet.lastArrival;
  }

  /** Whether no call is on any node that such calls may go to, so that none can come free. */
  boolean idle(Demand demand) {
    for (Member member : members) {
      if (member.inFlight() > 0 && demand.fits(member.node())) {
        return false;
      }
    }
    return true;
  }

  /** A number from 0 to its argument minus one. */
  int chance(int bound) {
    return fleet.random.applyAsInt(bound);
  }

  long now() {
    return fleet.clock.getAsLong();
  }

  /**
   * Slots for this gateway of all serving nodes that such calls may go to; 0 if those of one are
   * not known.
   *
   * <p>Limits that were seen hold where they are known of half of the nodes, or of the fleet as a
   * whole, and no other gateway fills these too: then a call may as well wait on a node. The last
   * node without one, among others that are full, would get all that is too much: it is presumed to
   * serve as many as they do, until it has shown more.
   *
   * @param seen whether those count too that nobody told but were seen
   */
  int slots(boolean seen, Demand demand) {
    double stretch = seen ? 0 : Double.POSITIVE_INFINITY;
    boolean all = true;
    int slots = 0;
    int serving = 0;
    int known = 0;
    int most = 0;
    for (Member member : members) {
      if (member.serves()) {
        int limit = member.limit(stretch);
        int ofItself = member.limitSeen();
        if (demand.fits(member.node())) {
          all &= limit > 0;
          slots += limit;
        }
        serving++;
        known += ofItself > 0 ? 1 : 0;
        most = Math.max(most, ofItself);
      }
    }
    if (seen) {
      fleet.seen(most, 2 * known >= serving);
    }
    return all ? slots : 0;
  }
}
