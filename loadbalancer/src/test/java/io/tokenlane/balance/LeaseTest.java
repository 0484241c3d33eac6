package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long SEED = 6;

  @Test
  void theFirstEndCounts() {
    Bench bench = new Bench("a");
    for (int i = 0; i < 5; i++) {
      Lease lease = bench.acquire();
      lease.ignored();
      lease.dropped("too late");
      lease.success();
      lease.firstByte();
    }
    assertThat(bench.see("a").inFlight()).isZero();
    assertThat(bench.see("a").successRate()).isEqualTo(1);
    assertThat(bench.see("a").lastFailure()).isEmpty();
    assertThat(bench.see("a").latency()).isEmpty();
  }

  @Test
  void inFlightReturnsToZeroWhateverHappensOnManyThreads() throws Exception {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(fleet(4));
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      SplittableRandom seeds = new SplittableRandom(SEED);
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        SplittableRandom random = seeds.split();
        all.add(threads.submit(() -> useAtRandom(pool, random)));
      }
      all.add(
          threads.submit(
              () -> IntStream.range(0, 500).forEach(i -> pool.replace(fleet(4).reversed()))));
      awaitAll(all);
    }
    pool.replace(fleet(4));
    assertThat(pool.snapshot())
        .as("seed %d", SEED)
        .allSatisfy(node -> assertThat(node.inFlight()).isZero());
  }

  private static void awaitAll(List<Future<?>> all)
      throws InterruptedException, ExecutionException {
    for (Future<?> each : all) {
      each.get();
    }
  }

  private static List<Node> fleet(int nodes) {
    return IntStream.range(0, nodes).mapToObj(i -> Bench.node("n" + i)).toList();
  }

  private static void useAtRandom(NodePool pool, SplittableRandom random) {
    List<Lease> open = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      BalancingStrategy strategy = Strategies.all().get(random.nextInt(Strategies.all().size()));
      Set<String> excluded = random.nextInt(5) == 0 ? Set.of("n1") : Set.of();
      open.add(pool.acquire(strategy, Demand.keyed("k" + i).without(excluded)).orElseThrow());
      int which = random.nextInt(open.size());
      end(open.get(which), random.nextInt(6));
      if (open.size() > 20) {
        end(open.removeLast(), random.nextInt(3));
      }
    }
    open.forEach(Lease::ignored);
  }

  private static void end(Lease lease, int how) {
    switch (how) {
      case 0 -> lease.success();
      case 1 -> lease.ignored();
      case 2 -> lease.dropped("by chance");
      case 3 -> {
        lease.dropped("by chance");
        lease.success();
      }
      default -> lease.firstByte();
    }
  }
}
