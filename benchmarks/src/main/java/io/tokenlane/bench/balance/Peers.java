package io.tokenlane.bench.balance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Published rules that the product does not offer, to be compared with. */
enum Peers implements Balancer.Kind {
  /** {@code score = 0.3 · latency + 0.7 · score}; the lowest score takes all. */
  LOWEST_EWMA("lowest ewma (the plain rule)") {
    @Override
    public Balancer at(Fleet fleet, int gateway) {
      return new LowestEwma(fleet);
    }
  },
  /** The less loaded of two at random (Mitzenmacher 2001), by this gateway's own counts. */
  TWO_CHOICES("two choices") {
    @Override
    public Balancer at(Fleet fleet, int gateway) {
      return new TwoChoices(fleet);
    }
  },
  /** Probes of the nodes' own counts and latencies (Wydrowski et al. 2024), hot-cold rule. */
  PREQUAL("prequal-like") {
    @Override
    public Balancer at(Fleet fleet, int gateway) {
      return new Prequal(fleet);
    }
  },
  /** One queue for all gateways; a call is bound when a slot is free. No gateway can do better. */
  IDEAL("ideal central queue") {
    @Override
    public Balancer at(Fleet fleet, int gateway) {
      return fleet.shared(Ideal::new);
    }
  };

  private final String title;

  Peers(String title) {
    this.title = title;
  }

  @Override
  public String title() {
    return title;
  }

  private static final class LowestEwma implements Balancer {
    private final Fleet fleet;
    private final SplittableRandom chance;
    private final double[] score;

    LowestEwma(Fleet fleet) {
      this.fleet = fleet;
      this.chance = fleet.random.split();
      this.score = new double[fleet.nodes()];
    }

    @Override
    public void take(Call call) {
      int best = -1;
      int ties = 0;
      for (int i = 0; i < score.length; i++) {
        if (call.tried.contains(i)) {
          continue;
        }
        if (best < 0 || score[i] < score[best]) {
          best = i;
          ties = 1;
        } else if (score[i] == score[best] && chance.nextInt(++ties) == 0) {
          best = i;
        }
      }
      fleet.send(call, best);
    }

    @Override
    public void ended(Call call, boolean good) {
      double latency = fleet.now() - call.sentAt;
      score[call.node] = 0.3 * latency + 0.7 * score[call.node];
    }
  }

  private static final class TwoChoices implements Balancer {
    private final Fleet fleet;
    private final SplittableRandom chance;
    private final int[] own;

    TwoChoices(Fleet fleet) {
      this.fleet = fleet;
      this.chance = fleet.random.split();
      this.own = new int[fleet.nodes()];
    }

    @Override
    public void take(Call call) {
      int first = draw(call);
      int second = draw(call);
      int chosen = own[second] < own[first] ? second : first;
      own[chosen]++;
      fleet.send(call, chosen);
    }

    private int draw(Call call) {
      int index = chance.nextInt(own.length);
      while (call.tried.contains(index)) {
        index = chance.nextInt(own.length);
      }
      return index;
    }

    @Override
    public void ended(Call call, boolean good) {
      own[call.node]--;
    }
  }

  private static final class Prequal implements Balancer {
    private static final int POOL = 16;
    private static final int PROBES = 3;
    private static final double HOT = 0.84;
    private static final long AGE_NANOS = 1_000_000_000;

    private final Fleet fleet;
    private final SplittableRandom chance;
    private final Deque<Probe> probes = new ArrayDeque<>();

    private static final class Probe {
      final int node;
      final long at;
      final double latency;
      int calls;
      int uses;

      Probe(int node, long at, double latency, int calls) {
        this.node = node;
        this.at = at;
        this.latency = latency;
        this.calls = calls;
      }
    }

    Prequal(Fleet fleet) {
      this.fleet = fleet;
      this.chance = fleet.random.split();
    }

    @Override
    public void take(Call call) {
      probes.removeIf(probe -> fleet.now() - probe.at > AGE_NANOS || probe.uses >= 2);
      for (int i = 0; i < PROBES; i++) {
        int node = chance.nextInt(fleet.nodes());
        probes.add(new Probe(node, fleet.now(), fleet.latencyAt(node), fleet.callsAt(node)));
      }
      while (probes.size() > POOL) {
        probes.remove();
      }
      Probe chosen = choose(call);
      chosen.uses++;
      chosen.calls++;
      fleet.send(call, chosen.node);
    }

    private Probe choose(Call call) {
      int[] sorted = probes.stream().mapToInt(probe -> probe.calls).sorted().toArray();
      int hot = sorted[(int) (HOT * (sorted.length - 1))];
      Probe best = null;
      for (Probe probe : probes) {
        if (!call.tried.contains(probe.node) && (best == null || better(probe, best, hot))) {
          best = probe;
        }
      }
      return best == null ? new Probe((call.node + 1) % fleet.nodes(), fleet.now(), 0, 0) : best;
    }

    private static boolean better(Probe one, Probe other, int hot) {
      boolean oneCold = one.calls <= hot;
      boolean otherCold = other.calls <= hot;
      if (oneCold != otherCold) {
        return oneCold;
      }
      return oneCold ? one.latency < other.latency : one.calls < other.calls;
    }

    @Override
    public void ended(Call call, boolean good) {}
  }

  private static final class Ideal implements Balancer {
    private final Fleet fleet;
    private final Deque<Call> queue = new ArrayDeque<>();
    private final List<Integer> bySpeed = new ArrayList<>();

    Ideal(Fleet fleet) {
      this.fleet = fleet;
      Integer[] order = new Integer[fleet.nodes()];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (a, b) -> Double.compare(speed(fleet, b), speed(fleet, a)));
      bySpeed.addAll(List.of(order));
    }

    private static double speed(Fleet fleet, int node) {
      return fleet.plan.speeds().get(node);
    }

    @Override
    public void take(Call call) {
      queue.add(call);
      bind();
    }

    private void bind() {
      while (!queue.isEmpty()) {
        int free = free(queue.element());
        if (free < 0) {
          return;
        }
        fleet.send(queue.remove(), free);
      }
    }

    private int free(Call call) {
      for (int node : bySpeed) {
        if (fleet.freeSlots(node) > 0 && !call.tried.contains(node)) {
          return node;
        }
      }
      return -1;
    }

    @Override
    public void ended(Call call, boolean good) {
      bind();
    }
  }
}
