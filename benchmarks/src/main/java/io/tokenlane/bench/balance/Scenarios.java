package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Plan.Fault;
import io.tokenlane.bench.balance.Plan.Tail;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is simulated, by name. */
final class Scenarios {
  /** Of fewer each of 20 gateways learns of each of 100 nodes by a handful of answers. */
  private static final int QUICK_CALLS = 30_000;

  private Scenarios() {}

  /** A hundred nodes and twenty gateways, a thousand and fifty, and eight before one. */
  static Map<String, Plan> all(boolean quick) {
    Map<String, Plan> all = new LinkedHashMap<>();
    int calls = quick ? QUICK_CALLS : 100_000;
    add(all, "100x20", Plan.even(100, 20, 0.8, calls));
    if (!quick) {
      add(all, "1000x50", Plan.even(1_000, 50, 0.8, calls));
    }
    add(all, "8x1", Plan.even(8, 1, 0.7, quick ? 20_000 : calls));
    return all;
  }

  private static void add(Map<String, Plan> all, String fleet, Plan base) {
    for (double load : new double[] {0.6, 0.7, 0.8, 0.9}) {
      all.put(fleet + " load " + load, base.load(load));
    }
    String at = " " + base.load();
    all.put(fleet + " heavy tail" + at, base.tail(Tail.HEAVY));
    all.put(fleet + " unequal" + at, base.speeds(1.5, 0.5));
    all.put(fleet + " known weights" + at, base.speeds(1.5, 1, 0.5, 1.5, 0.5).withWeights());
    all.put(fleet + " one 4x slower" + at, base.first(0.25));
    all.put(fleet + " pauses" + at, base.fault(Fault.PAUSES));
    all.put(fleet + " cold node" + at, base.fault(Fault.COLD));
    all.put(fleet + " fast failures" + at, base.fault(Fault.FAST_FAILURES));
    all.put(
        fleet + " fast failures, no retries" + at,
        base.fault(Fault.FAST_FAILURES).withoutRetries());
    all.put(fleet + " kill and return" + at, base.fault(Fault.KILL));
  }
}
