package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Gateways in front of queueing nodes, in virtual time: Poisson arrivals, lognormal service times
 * (σ = 0.6) of mean 50 ms, a fixed number of slots per node. Deterministic for a seed.
 */
final class Simulation {
  private static final int SLOTS = 4;
  private static final double MEAN_NANOS = 50e6;
  private static final double SIGMA = 0.6;
  private static final long WINDOW_NANOS = 100_000_000;

  /**
   * @param speeds of the nodes, 1 is normal
   * @param load share of all nodes' capacity that is asked for
   */
  record Plan(List<Double> speeds, int gateways, double load, int calls, long seed) {}

  /**
   * @param p99WaitMillis time from arrival to the start of service, 99th percentile
   * @param p99LatencyMillis time from arrival to the end of service, 99th percentile
   * @param busiestShare mean over windows of 100 ms of the busiest node's arrivals relative to an
   *     even share
   */
  record Outcome(
      double p99WaitMillis, double p99LatencyMillis, double busiestShare, List<Integer> calls) {}

  private record Event(long at, long order, Runnable action) {}

  private record Call(Lease lease, long arrived, double work) {}

  private final Plan plan;
  private final BalancingStrategy strategy;
  private final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final List<NodePool> pools = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private final List<Double> waits = new ArrayList<>();
  private final List<Double> latencies = new ArrayList<>();
  private final List<Double> busiest = new ArrayList<>();
  private final int[] inWindow;
  private final double capacity;
  private long window;
  private long now;
  private long order;
  private int started;

  private Simulation(Plan plan, BalancingStrategy strategy) {
    this.plan = plan;
    this.strategy = strategy;
    this.random = new SplittableRandom(plan.seed());
    this.capacity = plan.speeds().stream().mapToDouble(Double::doubleValue).sum();
    this.inWindow = new int[plan.speeds().size()];
    List<Node> nodes =
        IntStream.range(0, plan.speeds().size())
            .mapToObj(i -> new Node(Integer.toString(i), URI.create("http://n" + i)))
            .toList();
    for (double speed : plan.speeds()) {
      servers.add(new Server(speed));
    }
    for (int i = 0; i < plan.gateways(); i++) {
      SplittableRandom chance = random.split();
      NodePool pool = new NodePool(PoolSettings.DEFAULT, () -> now, chance::nextInt);
      pool.replace(nodes);
      pools.add(pool);
    }
  }

  static Outcome run(Plan plan, BalancingStrategy strategy) {
    return new Simulation(plan, strategy).run();
  }

  private Outcome run() {
    at(0, this::arrive);
    for (Event next = events.poll(); next != null; next = events.poll()) {
      now = next.at();
      next.action().run();
    }
    return new Outcome(
        p99Millis(waits),
        p99Millis(latencies),
        busiest.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
        servers.stream().mapToInt(server -> server.calls).boxed().toList());
  }

  private static double p99Millis(List<Double> nanos) {
    double[] sorted = nanos.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[(int) (0.99 * sorted.length)] / 1e6;
  }

  private void at(long delay, Runnable action) {
    events.add(new Event(now + delay, order++, action));
  }

  private void arrive() {
    if (started++ == plan.calls()) {
      return;
    }
    Lease lease = pools.get(random.nextInt(pools.size())).acquire(strategy).orElseThrow();
    int node = Integer.parseInt(lease.node().id());
    countInWindow(node);
    servers.get(node).offer(new Call(lease, now, work()));
    double rate = plan.load() * capacity * SLOTS / MEAN_NANOS;
    at((long) (-Math.log(1 - random.nextDouble()) / rate), this::arrive);
  }

  private double work() {
    return MEAN_NANOS * Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2);
  }

  private void countInWindow(int node) {
    if (now / WINDOW_NANOS != window) {
      int all = Arrays.stream(inWindow).sum();
      int most = Arrays.stream(inWindow).max().orElseThrow();
      if (all > 0) {
        busiest.add((double) most * inWindow.length / all);
      }
      Arrays.fill(inWindow, 0);
      window = now / WINDOW_NANOS;
    }
    inWindow[node]++;
  }

  private final class Server {
    private final double speed;
    private final Deque<Call> queue = new ArrayDeque<>();
    private int busy;
    private int calls;

    Server(double speed) {
      this.speed = speed;
    }

    void offer(Call call) {
      calls++;
      queue.add(call);
      serve();
    }

    private void serve() {
      if (busy < SLOTS && !queue.isEmpty()) {
        Call call = queue.remove();
        waits.add((double) (now - call.arrived()));
        busy++;
        at((long) (call.work() / speed), () -> finish(call));
      }
    }

    private void finish(Call call) {
      latencies.add((double) (now - call.arrived()));
      call.lease().success();
      busy--;
      serve();
    }
  }
}
