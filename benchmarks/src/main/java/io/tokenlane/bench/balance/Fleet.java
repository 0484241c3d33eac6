package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Plan.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The simulated nodes and the run of a plan on them; deterministic for the plan's seed. */
final class Fleet {
  private static final long WINDOW_NANOS = 100_000_000;
  private static final long FAST_FAILURE_NANOS = 1_000_000;
  private static final long PAUSE_NANOS = 500_000_000;
  private static final double PAUSE_EVERY_NANOS = 10e9;
  private static final long COLD_NANOS = 2_000_000_000;
  private static final long STALL_NANOS = 80_000_000;
  private static final int MOST_ATTEMPTS = 3;
  private static final int CLIENTS = 10_000;

  final Plan plan;
  final SplittableRandom random;
  private final SplittableRandom clients;
  private final VirtualTime time = new VirtualTime();
  private final List<Server> servers = new ArrayList<>();
  private final List<Balancer> gateways = new ArrayList<>();
  private final Quantiles waits = new Quantiles();
  private final Quantiles latencies = new Quantiles();
  private final Quantiles busiest = new Quantiles();
  private final int[] inWindow;
  private long window;
  private int started;
  private int failed;
  private long backAfter = -1;

  private Fleet(Plan plan) {
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed());
    this.clients = new SplittableRandom(~plan.seed());
    this.inWindow = new int[plan.speeds().size()];
    plan.speeds().forEach(speed -> servers.add(new Server(servers.size(), speed)));
  }

  static Outcome run(Plan plan, Balancer.Kind kind) {
    Fleet fleet = new Fleet(plan);
    for (int i = 0; i < plan.gateways(); i++) {
      fleet.gateways.add(kind.at(fleet, i));
    }
    return fleet.run();
  }

  private Outcome run() {
    time.after(0, this::arrive);
    planFaults();
    time.run();
    return new Outcome(
        waits.millis(0.5),
        waits.millis(0.99),
        latencies.millis(0.5),
        latencies.millis(0.99),
        busiest.mean(),
        (double) failed / plan.calls(),
        backAfter < 0 ? Double.NaN : backAfter / 1e9,
        (double) servers.getFirst().calls / plan.calls());
  }

  private void planFaults() {
    long third = plan.nanos() / 3;
    Server first = servers.getFirst();
    switch (plan.fault()) {
      case FAST_FAILURES -> {
        time.after(third, () -> first.failing = true);
        time.after(2 * third, () -> first.failing = false);
      }
      case KILL -> {
        time.after(third, first::die);
        time.after(2 * third, first::comeBack);
      }
      case PAUSES -> servers.forEach(this::planPause);
      case COLD -> first.cold = 200;
      case NONE, COLD_GATEWAYS -> {}
    }
  }

  private void planPause(Server server) {
    double wait = -Math.log(1 - random.nextDouble()) * PAUSE_EVERY_NANOS;
    if (time.now() < plan.nanos()) {
      time.after(
          (long) wait,
          () -> {
            server.pausedUntil = time.now() + PAUSE_NANOS;
            planPause(server);
          });
    }
  }

  private void arrive() {
    if (started == plan.calls()) {
      return;
    }
    started++;
    int gateway = random.nextInt(gateways.size());
    gateways
        .get(gateway)
        .take(new Call(gateway, clients.nextInt(CLIENTS), time.now(), plan.tail().draw(random)));
    time.after(
        (long) (-Math.log(1 - random.nextDouble()) / plan.callsPerSecond() * 1e9), this::arrive);
  }

  /** The one balancer of all gateways, made for the first. */
  Balancer shared(Function<Fleet, Balancer> first) {
    return gateways.isEmpty() ? first.apply(this) : gateways.getFirst();
  }

  long now() {
    return time.now();
  }

  void after(long nanos, Runnable action) {
    time.after(nanos, action);
  }

  int nodes() {
    return servers.size();
  }

  /** Whether more calls will come. */
  boolean open() {
    return started < plan.calls();
  }

  /** What a probe of the node would tell: calls there, waiting or served. */
  int callsAt(int node) {
    Server server = servers.get(node);
    return server.queue.size() + server.serving.size();
  }

  /**
   * What a probe of the node would tell: how long calls took that came when as many were there as
   * now, smoothed; of the nearest count below that was seen.
   */
  double latencyAt(int node) {
    double[] known = servers.get(node).latencyByCount;
    int count = Math.min(callsAt(node), known.length - 1);
    while (count > 0 && known[count] == 0) {
      count--;
    }
    return known[count];
  }

  int freeSlots(int node) {
    Server server = servers.get(node);
    return server.dead || server.failing || time.now() < server.pausedUntil
        ? 0
        : plan.slots() - server.serving.size();
  }

  void send(Call call, int node) {
    call.node = node;
    call.sentAt = time.now();
    call.tried.add(node);
    countInWindow(node);
    servers.get(node).offer(call);
  }

  private void countInWindow(int node) {
    if (time.now() / WINDOW_NANOS != window) {
      int all = Arrays.stream(inWindow).sum();
      if (all > 0) {
        busiest.add(mostOfItsShare() / all);
      }
      Arrays.fill(inWindow, 0);
      window = time.now() / WINDOW_NANOS;
    }
    inWindow[node]++;
  }

  /**
   * Calls on the busiest node as if all had its share, which is by weight where weights are told.
   */
  private double mostOfItsShare() {
    double weights = IntStream.range(0, nodes()).mapToDouble(plan::weight).sum();
    return IntStream.range(0, nodes())
        .mapToDouble(i -> inWindow[i] * weights / plan.weight(i))
        .max()
        .orElseThrow();
  }

  private void failed(Call call) {
    gateways.get(call.gateway).ended(call, false);
    if (plan.retries() && call.tried.size() < Math.min(MOST_ATTEMPTS, nodes())) {
      gateways.get(call.gateway).take(call);
    } else {
      failed++;
    }
  }

  private final class Server {
    private final int index;
    private final double speed;
    private final Deque<Call> queue = new ArrayDeque<>();
    private final Set<Call> serving = new HashSet<>();
    private final double[] latencyByCount = new double[64];
    private long pausedUntil;
    private boolean failing;
    private boolean dead;
    private int cold;
    private int calls;

    Server(int index, double speed) {
      this.index = index;
      this.speed = speed;
    }

    void offer(Call call) {
      calls++;
      if (dead || failing) {
        time.after(dead ? 0 : FAST_FAILURE_NANOS, () -> failed(call));
        return;
      }
      if (index == 0 && plan.fault() == Fault.KILL && backAfter < 0 && back()) {
        backAfter = time.now() - 2 * (plan.nanos() / 3);
      }
      call.foundAtNode = queue.size() + serving.size();
      queue.add(call);
      serve();
    }

    private boolean back() {
      return time.now() >= 2 * (plan.nanos() / 3);
    }

    private void serve() {
      while (serving.size() < plan.slots() && !queue.isEmpty()) {
        Call call = queue.remove();
        serving.add(call);
        double pace = cold > 0 ? speed / 5 : speed;
        cold = Math.max(0, cold - 1);
        long start = Math.max(time.now(), pausedUntil);
        call.serviceNanos = (long) (call.work / pace);
        time.after(start - time.now() + call.serviceNanos, () -> finish(call));
      }
    }

    private void finish(Call call) {
      if (!serving.contains(call)) {
        return;
      }
      if (time.now() < pausedUntil) {
        time.after(pausedUntil - time.now(), () -> finish(call));
        return;
      }
      serving.remove(call);
      latencies.add((double) (time.now() - call.arrivedAt));
      waits.add((double) (time.now() - call.arrivedAt - call.serviceNanos));
      double took = time.now() - call.sentAt;
      int count = Math.min(call.foundAtNode, latencyByCount.length - 1);
      double known = latencyByCount[count];
      latencyByCount[count] = known == 0 ? took : 0.9 * known + 0.1 * took;
      serve();
      hear(call);
    }

    private void hear(Call call) {
      boolean cold = plan.fault() == Fault.COLD_GATEWAYS && time.now() < COLD_NANOS;
      if (cold) {
        long late = STALL_NANOS - time.now() % STALL_NANOS + random.nextInt(1_000_000);
        time.after(late, () -> gateways.get(call.gateway).ended(call, true));
      } else {
        gateways.get(call.gateway).ended(call, true);
      }
    }

    void die() {
      dead = true;
      List<Call> lost = new ArrayList<>(queue);
      serving.stream().sorted((a, b) -> Long.compare(a.arrivedAt, b.arrivedAt)).forEach(lost::add);
      queue.clear();
      serving.clear();
      lost.forEach(Fleet.this::failed);
    }

    void comeBack() {
      dead = false;
    }
  }
}
