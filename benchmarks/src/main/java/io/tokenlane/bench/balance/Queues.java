package io.tokenlane.bench.balance;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Nodes of some slots and a queue each, without sockets: what the requests of a round would wait
 * for under least-connections, and in one queue before all slots, the fastest free one first.
 */
record Queues(List<Double> speeds, List<Double> weights, int slots) {
  /**
   * Milliseconds at p99 of the requests that count.
   *
   * @param ideal wait in one queue before all slots
   * @param idealLatency wait and service there
   * @param least wait under least-connections
   * @param leastLatency wait and service under least-connections
   */
  record Waits(double ideal, double idealLatency, double least, double leastLatency) {}

  /** A request on a node until it ends. */
  private record Open(double end, int node) {}

  Waits waits(Requests requests) {
    Quantiles waits = new Quantiles();
    Quantiles latencies = new Quantiles();
    ideal(requests, waits, latencies);
    Quantiles least = new Quantiles();
    Quantiles leastLatencies = new Quantiles();
    leastConnections(requests, least, leastLatencies);
    return new Waits(waits.at(0.99), latencies.at(0.99), least.at(0.99), leastLatencies.at(0.99));
  }

  private void ideal(Requests requests, Quantiles waits, Quantiles latencies) {
    double[] free = new double[speeds.size() * slots];
    for (int i = 0; i < requests.count(); i++) {
      double due = requests.due(i);
      double start = Math.max(due, free[earliest(free)]);
      int slot = fastest(free, start);
      free[slot] = start + requests.work(i) / speeds.get(slot / slots);
      if (requests.counts(i)) {
        waits.add(start - due);
        latencies.add(free[slot] - due);
      }
    }
  }

  private int fastest(double[] free, double at) {
    int best = -1;
    for (int i = 0; i < free.length; i++) {
      if (free[i] <= at && (best < 0 || speeds.get(i / slots) > speeds.get(best / slots))) {
        best = i;
      }
    }
    return best;
  }

  private void leastConnections(Requests requests, Quantiles waits, Quantiles latencies) {
    SplittableRandom chance = new SplittableRandom(1);
    double[][] free = new double[speeds.size()][slots];
    int[] inFlight = new int[speeds.size()];
    PriorityQueue<Open> open = new PriorityQueue<>(Comparator.comparingDouble(Open::end));
    for (int i = 0; i < requests.count(); i++) {
      double due = requests.due(i);
      while (!open.isEmpty() && open.element().end() <= due) {
        inFlight[open.remove().node()]--;
      }
      int node = least(inFlight, chance);
      int slot = earliest(free[node]);
      double start = Math.max(due, free[node][slot]);
      double end = start + requests.work(i) / speeds.get(node);
      free[node][slot] = end;
      inFlight[node]++;
      open.add(new Open(end, node));
      if (requests.counts(i)) {
        waits.add(start - due);
        latencies.add(end - due);
      }
    }
  }

  private int least(int[] inFlight, SplittableRandom chance) {
    int best = 0;
    int equal = 0;
    for (int node = 0; node < inFlight.length; node++) {
      double mine = (inFlight[node] + 1) / weights.get(node);
      double lowest = (inFlight[best] + 1) / weights.get(best);
      if (equal == 0 || mine < lowest) {
        best = node;
        equal = 1;
      } else if (mine == lowest && chance.nextInt(++equal) == 0) {
        best = node;
      }
    }
    return best;
  }

  private static int earliest(double[] free) {
    int first = 0;
    for (int i = 1; i < free.length; i++) {
      first = free[i] < free[first] ? i : first;
    }
    return first;
  }
}
