package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LateBindingTest {
  private static final long SEED = 62;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Bench bench =
      new Bench(PoolSettings.DEFAULT, List.of(slots("a", 1), slots("b", 1)));
  private final LateBinding line = new LateBinding(bench.pool, 10);

  private static Node slots(String id, int limit) {
    return new Node(id, URI.create("http://" + id), 1, limit);
  }

  private CompletableFuture<Lease> ask(int priority, String tenant, Duration patience) {
    return line.lease(Strategies.DEFAULT, Demand.PLAIN, new Place(priority, tenant, patience));
  }

  private CompletableFuture<Lease> ask(int priority) {
    return ask(priority, "t", LONG);
  }

  @Test
  void aFreedSlotGoesAtOnceToTheNextByPriority() {
    Lease first = ask(0).join();
    Lease second = ask(0).join();
    assertThat(first.node()).isNotEqualTo(second.node());
    CompletableFuture<Lease> low = ask(-1);
    CompletableFuture<Lease> normal = ask(0);
    CompletableFuture<Lease> high = ask(5);
    assertThat(line.waiting()).isEqualTo(3);
    first.success();
    assertThat(high.join().node()).isEqualTo(first.node());
    second.dropped("broke off");
    assertThat(normal).isCompleted();
    assertThat(low).isNotDone();
    high.join().ignored();
    assertThat(low.join().node()).isEqualTo(first.node());
    assertThat(line.waiting()).isZero();
  }

  @Test
  void aCallThatFailedElsewhereNeitherWaitsNorBlocksOthers() {
    Lease onA = line.lease(Strategies.DEFAULT, not("b"), place("t")).join();
    Lease onB = line.lease(Strategies.DEFAULT, not("a"), place("t")).join();
    CompletableFuture<Lease> waits = ask(0);
    Lease beyond = line.lease(Strategies.DEFAULT, not("a"), place("t")).join();
    assertThat(beyond.node()).isEqualTo(onB.node());
    bench.pool.drain("b");
    assertThat(line.lease(Strategies.DEFAULT, not("a"), place("t"))).isCompletedExceptionally();
    onA.success();
    assertThat(waits.join().node()).isEqualTo(onA.node());
    assertThat(line.waiting()).isZero();
  }

  @Test
  void slotsOfNodesWithOtherModelsLetNobodyPassTheLimit() {
    Lease onA = lacking("b", 0).join();
    CompletableFuture<Lease> low = lacking("b", -1);
    CompletableFuture<Lease> high = lacking("b", 5);
    assertThat(line.waiting()).isEqualTo(2);

    onA.success();

    assertThat(high.join().node()).isEqualTo(onA.node());
    assertThat(low).isNotDone();
    for (int i = 0; i < 9; i++) {
      var _ = lacking("b", 0);
    }
    assertThatThrownBy(() -> lacking("b", 0).join()).hasMessageContaining("10 calls wait already");
    assertThat(lacking("a", 0).join().node().id()).isEqualTo("b");
  }

  @Test
  void whoWaitsForOneModelHoldsUpNobodyWhoWaitsForAnother() {
    Lease onA = lacking("b", 0).join();
    Lease onB = lacking("a", 0).join();
    CompletableFuture<Lease> head = lacking("b", 5);
    CompletableFuture<Lease> any = ask(1);
    CompletableFuture<Lease> last = lacking("a", 0);

    onB.success();

    assertThat(any.join().node()).isEqualTo(onB.node());
    assertThat(last).isNotDone();
    any.join().success();
    assertThat(last.join().node()).isEqualTo(onB.node());
    assertThat(head).isNotDone();
    onA.success();
    assertThat(head.join().node()).isEqualTo(onA.node());
    assertThat(line.waiting()).isZero();
  }

  @Test
  void whoseNodesHaveGoneIsToldAtOnce() {
    lacking("b", 0).join();
    CompletableFuture<Lease> waits = lacking("b", 0);

    bench.pool.drain("a");

    assertThatThrownBy(waits::join).hasMessageContaining("no node to lease");
    assertThat(line.waiting()).isZero();
  }

  @Test
  void aSlowModelGetsAllSlotsOfItsNode() {
    Bench models =
        new Bench(PoolSettings.DEFAULT, List.of(slots("a", 4), slots("b", 4), slots("large", 2)));
    for (int i = 0; i < 200; i++) {
      answers(models, "a", 10);
      answers(models, "b", 10);
      answers(models, "large", 1_000);
    }
    LateBinding late = new LateBinding(models.pool, 10);
    Demand large = Demand.PLAIN.unfit(Set.of("a", "b"));
    models.on("a");

    for (int i = 0; i < 2; i++) {
      assertThat(late.lease(Strategies.DEFAULT, large, place("t"))).isCompleted();
    }
    assertThat(late.lease(Strategies.DEFAULT, large, place("t"))).isNotDone();
  }

  private static void answers(Bench fleet, String node, int millis) {
    Lease lease = fleet.on(node);
    fleet.passMillis(millis);
    lease.success();
  }

  private CompletableFuture<Lease> lacking(String node, int priority) {
    Place place = new Place(priority, "t", LONG);
    return line.lease(Strategies.DEFAULT, Demand.PLAIN.unfit(Set.of(node)), place);
  }

  private static Demand not(String tried) {
    return Demand.PLAIN.without(Set.of(tried));
  }

  @Test
  void tenantsShareTheSlotsHoweverManyTheyAskFor() {
    Bench one = new Bench(PoolSettings.DEFAULT, List.of(slots("a", 1)));
    LateBinding shared = new LateBinding(one.pool, 1_000);
    List<Map.Entry<String, CompletableFuture<Lease>>> asked = new ArrayList<>();
    Lease holder = shared.lease(Strategies.DEFAULT, Demand.PLAIN, place("x")).join();
    for (int i = 0; i < 90; i++) {
      asked.add(
          Map.entry("greedy", shared.lease(Strategies.DEFAULT, Demand.PLAIN, place("greedy"))));
    }
    for (int i = 0; i < 10; i++) {
      asked.add(
          Map.entry("modest", shared.lease(Strategies.DEFAULT, Demand.PLAIN, place("modest"))));
    }
    Map<String, Integer> served = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      holder.success();
      Map.Entry<String, CompletableFuture<Lease>> next =
          asked.stream().filter(each -> each.getValue().isDone()).findFirst().orElseThrow();
      asked.remove(next);
      served.merge(next.getKey(), 1, Integer::sum);
      holder = next.getValue().join();
    }
    assertThat(served).containsEntry("greedy", 10).containsEntry("modest", 10);
  }

  private static Place place(String tenant) {
    return new Place(0, tenant, LONG);
  }

  @Test
  void theEarlierDeadlineOfATenantGoesFirst() {
    Lease first = ask(0).join();
    ask(0).join();
    CompletableFuture<Lease> patient = ask(0, "t", LONG);
    CompletableFuture<Lease> urgent = ask(0, "t", Duration.ofSeconds(1));
    first.success();
    assertThat(urgent).isCompleted();
    assertThat(patient).isNotDone();
  }

  @Test
  void whoWaitsTooLongIsToldSo() {
    ask(0).join();
    ask(0).join();
    CompletableFuture<Lease> impatient = ask(0, "t", Duration.ofMillis(100));
    bench.passMillis(99);
    line.tick();
    assertThat(impatient).isNotDone();
    bench.passMillis(1);
    line.tick();
    assertThatThrownBy(impatient::join)
        .hasCauseInstanceOf(NoSlotException.class)
        .hasMessageContaining("no slot came free before the deadline");
    assertThat(line.waiting()).isZero();
  }

  @Test
  void moreThanMayWaitAreRefused() {
    for (int i = 0; i < 12; i++) {
      var _ = ask(0);
    }
    assertThatThrownBy(() -> ask(0).join()).hasMessageContaining("10 calls wait already");
  }

  @Test
  void whoGivesUpLeavesNoTrace() {
    Lease first = ask(0).join();
    ask(0).join();
    CompletableFuture<Lease> gone = ask(0);
    CompletableFuture<Lease> next = ask(0);
    gone.cancel(false);
    assertThat(line.waiting()).isEqualTo(1);
    first.success();
    assertThat(next).isCompleted();
  }

  @Test
  void nothingWaitsWhereANodeHasNoLimitOrThereIsNoNode() {
    Bench open = new Bench("a");
    LateBinding never = new LateBinding(open.pool, 0);
    for (int i = 0; i < 100; i++) {
      assertThat(never.lease(Strategies.DEFAULT, Demand.PLAIN, place("t"))).isCompleted();
    }
    open.pool.drain("a");
    assertThatThrownBy(() -> never.lease(Strategies.DEFAULT, Demand.PLAIN, place("t")).join())
        .hasMessageContaining("no node to lease");
  }

  @Test
  void limitsOfManyGatewaysAreShared() {
    assertThat(PoolSettings.DEFAULT.share(32)).isEqualTo(32);
    assertThat(PoolSettings.DEFAULT.among(4).share(32)).isEqualTo(16);
    assertThat(PoolSettings.DEFAULT.among(20).share(4)).isEqualTo(1);
  }

  @Test
  void reportedSlotsAreALimit() {
    Bench told = new Bench("a");
    LateBinding follows = new LateBinding(told.pool, 10);
    told.pool.report("a", new NodeReport(2, 0, false, 1));
    follows.lease(Strategies.DEFAULT, Demand.PLAIN, place("t")).join();
    follows.lease(Strategies.DEFAULT, Demand.PLAIN, place("t")).join();
    assertThat(follows.lease(Strategies.DEFAULT, Demand.PLAIN, place("t"))).isNotDone();
    assertThat(told.see("a").limit()).isEqualTo(2);
  }

  @Test
  void onManyThreadsNoLimitIsPassedAndEveryCallIsServed() throws Exception {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(List.of(slots("a", 2), slots("b", 3), slots("c", 1)));
    LateBinding busy = new LateBinding(pool, 100_000);
    AtomicInteger served = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    ConcurrentLinkedQueue<Lease> open = new ConcurrentLinkedQueue<>();
    int calls = 4_000;
    SplittableRandom seeds = new SplittableRandom(SEED);
    List<Thread> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      SplittableRandom random = seeds.split();
      threads.add(Thread.ofPlatform().start(() -> askOften(busy, calls / 4, random, open)));
    }
    for (int thread = 0; thread < 2; thread++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (served.get() < calls) {
                      pool.snapshot().forEach(s -> worst.accumulateAndGet(over(s), Math::max));
                      Lease lease = open.poll();
                      if (lease == null) {
                        Thread.onSpinWait();
                      } else {
                        served.incrementAndGet();
                        lease.success();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(served).as("seed %d", SEED).hasValue(calls);
    assertThat(worst).as("seed %d", SEED).hasValue(0);
    assertThat(pool.snapshot()).allSatisfy(s -> assertThat(s.inFlight()).isZero());
  }

  private static void askOften(
      LateBinding line, int calls, SplittableRandom random, Queue<Lease> open) {
    for (int i = 0; i < calls; i++) {
      Place place = new Place(random.nextInt(3), "t" + random.nextInt(5), LONG);
      var _ = line.lease(Strategies.DEFAULT, Demand.PLAIN, place).thenAccept(open::add);
    }
  }

  private static int over(NodeSnapshot node) {
    return Math.max(0, node.inFlight() - node.limit());
  }
}
