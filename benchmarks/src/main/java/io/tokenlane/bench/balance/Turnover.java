package io.tokenlane.bench.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A rolling upgrade of a whole fleet under load: node after node goes away and comes back under
 * another address, without notice. Each gateway checks every node once a second and looks the
 * addresses up every five, at moments of its own, and meanwhile runs into nodes that are gone.
 * Deterministic; service takes 50 ms.
 */
final class Turnover {
  private static final long SECOND = 1_000_000_000;
  private static final long SERVICE = 50_000_000;
  private static final long LOOKUP = 5 * SECOND;

  /** Between two health checks; the second bad one takes a node out. */
  private static final long CHECK = SECOND;

  private static final long CHECKED = SECOND;
  private static final long AWAY = 3 * SECOND;
  private static final long DURATION = 100 * SECOND;
  private static final int CALLS_PER_NODE_AND_SECOND = 2;
  private static final int MOST_ATTEMPTS = 3;

  private final VirtualTime time = new VirtualTime();
  private final SplittableRandom random = new SplittableRandom(20_261_127);
  private final BalancingStrategy strategy = Strategies.named("ewma");
  private final List<NodePool> gateways = new ArrayList<>();
  private final Set<String> alive = new HashSet<>();
  private final List<Node> current = new ArrayList<>();
  private final int nodes;
  private int calls;
  private int attempts;
  private int failed;

  /**
   * What came out.
   *
   * @param secondAttempts share of the calls that met a node that was gone
   * @param errors share of the calls that three nodes in a row did not serve
   */
  record Found(double secondAttempts, double errors) {}

  private Turnover(int nodes, int gateways) {
    this.nodes = nodes;
    for (int i = 0; i < nodes; i++) {
      current.add(node(i, 0));
      alive.add(current.get(i).id());
    }
    for (int i = 0; i < gateways; i++) {
      SplittableRandom chance = random.split();
      NodePool pool =
          new NodePool(PoolSettings.DEFAULT.among(gateways), time::now, chance::nextInt);
      pool.replace(List.copyOf(current));
      this.gateways.add(pool);
      time.after(random.nextLong(LOOKUP), () -> lookUp(pool));
    }
  }

  static Found of(int nodes, int gateways) {
    Turnover turnover = new Turnover(nodes, gateways);
    turnover.arrive();
    turnover.upgrade(0);
    turnover.time.run();
    double all = turnover.calls;
    return new Found((turnover.attempts - all) / all, turnover.failed / all);
  }

  private static Node node(int number, int version) {
    String id = "n" + number + "-" + version;
    return new Node(id, URI.create("http://" + id), 1, 0);
  }

  private void lookUp(NodePool pool) {
    pool.replace(List.copyOf(current));
    if (time.now() < DURATION) {
      time.after(LOOKUP, () -> lookUp(pool));
    }
  }

  /** One node after the other, all of them within the duration. */
  private void upgrade(int number) {
    if (number == nodes) {
      return;
    }
    String gone = current.get(number).id();
    alive.remove(gone);
    for (NodePool gateway : gateways) {
      time.after(CHECKED + random.nextLong(CHECK), () -> gateway.reportHealth(gone, false, "gone"));
    }
    time.after(
        AWAY,
        () -> {
          Node next = node(number, 1);
          current.set(number, next);
          alive.add(next.id());
        });
    time.after(DURATION / nodes, () -> upgrade(number + 1));
  }

  private void arrive() {
    calls++;
    attempt(gateways.get(random.nextInt(gateways.size())), Set.of());
    double mean = (double) SECOND / (CALLS_PER_NODE_AND_SECOND * nodes);
    long wait = (long) (-Math.log(1 - random.nextDouble()) * mean);
    if (time.now() + wait < DURATION) {
      time.after(wait, this::arrive);
    }
  }

  private void attempt(NodePool pool, Set<String> tried) {
    Optional<Lease> lent = pool.acquire(strategy, Demand.PLAIN.without(tried));
    if (lent.isEmpty()) {
      failed++;
      return;
    }
    attempts++;
    Lease lease = lent.get();
    String id = lease.node().id();
    if (alive.contains(id)) {
      time.after(SERVICE, lease::success);
      return;
    }
    lease.dropped("gone");
    Set<String> more = new HashSet<>(tried);
    more.add(id);
    if (more.size() == MOST_ATTEMPTS) {
      failed++;
    } else {
      attempt(pool, more);
    }
  }
}
