package io.tokenlane.bench.balance;

import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.bench.Samples;
import io.tokenlane.bench.report.Row;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The same gateway before 1, 10 and 1,000 nodes. */
public final class ScaleTable {
  private static final int ROUNDS = 31;

  private final boolean quick;

  /** Quick: fewer calls. */
  public ScaleTable(boolean quick) {
    this.quick = quick;
  }

  /** Rows of all sizes. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.addAll(rows(1, 1, quick ? 5_000 : 50_000));
    rows.addAll(rows(10, 2, quick ? 10_000 : 50_000));
    rows.addAll(rows(1_000, 50, quick ? 20_000 : 100_000));
    return rows;
  }

  private static List<Row> rows(int nodes, int gateways, int calls) {
    String title = "%d nodes, %d gateways: ".formatted(nodes, gateways);
    Plan plan = Plan.even(nodes, gateways, 0.7, calls);
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.of(
                title + "wait p99 at load 0.7, simulated",
                Fleet.run(plan, Pools.of("ewma")).waitP99(),
                "ms",
                Row.Better.LOWER)
            .withPeer("round-robin", Fleet.run(plan, Pools.of("round-robin")).waitP99()));
    if (nodes > 1) {
      Turnover.Found found = Turnover.of(nodes, gateways);
      rows.add(
          Row.of(
              title + "second attempts in a rolling upgrade, simulated",
              100 * found.secondAttempts(),
              "% of calls",
              Row.Better.LOWER));
      rows.add(
          Row.of(
                  title + "failed calls in a rolling upgrade, simulated",
                  100 * found.errors(),
                  "% of calls",
                  Row.Better.LOWER)
              .withGoal(0));
    }
    rows.add(Row.of(title + "picking a node", pickMicros(nodes), "µs", Row.Better.LOWER));
    rows.add(
        Row.of(
            title + "taking over a tenth new nodes", replaceMillis(nodes), "ms", Row.Better.LOWER));
    return rows;
  }

  private static List<Node> nodes(int count, int from) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> new Node("n" + i, URI.create("http://n" + i)))
        .toList();
  }

  /** Median over rounds of a pick and its end. */
  private static double pickMicros(int count) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(nodes(count, 0));
    BalancingStrategy strategy = Strategies.named("ewma");
    int picks = Math.max(200, 100_000 / count);
    Samples samples = new Samples();
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      for (int i = 0; i < picks; i++) {
        pool.acquire(strategy).ifPresent(Lease::success);
      }
      samples.add((System.nanoTime() - begin) / 1e3 / picks);
    }
    return samples.median();
  }

  private static double replaceMillis(int count) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    Samples samples = new Samples();
    int step = Math.max(1, count / 10);
    for (int round = 0; round < ROUNDS; round++) {
      List<Node> next = nodes(count, round * step);
      long begin = System.nanoTime();
      pool.replace(next);
      samples.add((System.nanoTime() - begin) / 1e6);
    }
    return samples.median();
  }
}
