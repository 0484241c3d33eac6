package io.tokenlane.bench.micro;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Picking a node; leasing one and closing the lease. The fleet is busy: two calls a node. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PickBenchmark {
  private static final Demand CALL =
      Demand.keyed("client-7").prompt(new Demand.Prompt(0x5eed, 4_000, 300));

  /** Nodes in the fleet. */
  @Param({"10", "1000"})
  public int nodes;

  /** The policy. */
  @Param({
    "ewma",
    "weighted-least-connections",
    "round-robin",
    "ip-hash",
    "consistent-hash",
    "peak-ewma",
    "predictive",
    "prefix-affinity",
    "energy-aware"
  })
  public String strategy = "ewma";

  private NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private BalancingStrategy policy = Strategies.DEFAULT;

  /** Makes a fleet, lets it learn a little and leaves calls on it, half of them unanswered. */
  @Setup
  public void fleet() {
    pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(
        IntStream.range(0, nodes)
            .mapToObj(i -> new Node("node-" + i, URI.create("http://10.0.0.1:" + (1024 + i)), 1))
            .toList());
    for (int i = 0; i < 3 * nodes; i++) {
      pick();
    }
    for (int i = 0; i < 2 * nodes; i++) {
      Lease held = pool.acquire(Strategies.DEFAULT).orElseThrow();
      if (i % 2 == 0) {
        held.firstByte();
      }
    }
    policy = Strategies.named(strategy);
  }

  /** The choice alone. */
  @Benchmark
  public @Nullable Node choose() {
    return pool.preferred(policy, CALL);
  }

  /** One lease, answered at once. */
  @Benchmark
  public String pick() {
    Lease lease = pool.acquire(policy, CALL).orElseThrow();
    lease.firstByte();
    lease.success();
    return lease.node().id();
  }
}
