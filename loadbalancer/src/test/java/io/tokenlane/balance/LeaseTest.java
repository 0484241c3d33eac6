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
  void anAnswerInOnePieceIsPartedBetweenItsFirstTokenAndTheOthers() {
    Bench bench = new Bench("a");
    for (int i = 0; i < 30; i++) {
      streamed(bench, 100, 11, 20);
    }
    Lease whole = bench.acquire();
    bench.passMillis(100 + 100 * 20);
    whole.produced(101);
    whole.success();

    assertThat(bench.see("a").latency().orElseThrow().toMillis()).isBetween(98L, 102L);
    assertThat(bench.see("a").slowness()).isEqualTo(1);
  }

  private static void streamed(Bench bench, int firstMillis, int tokens, int millisEach) {
    Lease lease = bench.acquire();
    bench.passMillis(firstMillis);
    lease.firstByte();
    bench.passMillis((long) (tokens - 1) * millisEach);
    lease.produced(tokens);
    lease.success();
  }

  @Test
  void whereOnlyWholeAnswersComeLongOnesAreNotTakenForSlowNodes() {
    Bench bench = new Bench("a", "b");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 400; i++) {
      boolean longOnes = i % 2 == 0;
      int tokens = longOnes ? 400 + random.nextInt(200) : 10 + random.nextInt(20);
      Lease lease = bench.on(longOnes ? "a" : "b");
      bench.passMillis(tokens * 20L);
      lease.produced(tokens);
      lease.success();
    }
    assertThat(bench.see("a").slowness()).isLessThan(2);
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
