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

/** Leasing a node and closing the lease. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PickBenchmark {

  /** Nodes in the fleet. */
  @Param({"10", "1000"})
  public int nodes;

  private NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private BalancingStrategy strategy = Strategies.DEFAULT;

  /** Makes a fleet and lets it learn a little. */
  @Setup
  public void fleet() {
    pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(
        IntStream.range(0, nodes)
            .mapToObj(i -> new Node("node-" + i, URI.create("http://10.0.0.1:" + (1024 + i)), 1))
            .toList());
    strategy = Strategies.named("ewma");
    for (int i = 0; i < 3 * nodes; i++) {
      pick();
    }
  }

  /** The choice alone. */
  @Benchmark
  public @Nullable Node choose() {
    return pool.preferred(strategy, Demand.PLAIN);
  }

  /** One pick, answered at once. */
  @Benchmark
  public String pick() {
    Lease lease = pool.acquire(strategy).orElseThrow();
    lease.firstByte();
    lease.success();
    return lease.node().id();
  }
}
