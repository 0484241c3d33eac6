package io.tokenlane.prefetch.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AnswerCacheTest {
  private static final Passage.Source IDLE =
      new Passage.Source() {
        @Override
        public void wanted() {}

        @Override
        public void deserted() {}
      };

  private final AtomicLong now = new AtomicLong();
  private final AnswerCache cache = new AnswerCache(100_000, 10_000, now::get);

  @Test
  void servesUntilItsOwnTimeToLiveIsOver() {
    cache.put("short", answer(10, 5), now.get());
    cache.put("long", answer(10, 50), now.get());

    now.set(Duration.ofSeconds(5).toNanos());

    assertThat(cache.find("short")).isEmpty();
    assertThat(cache.find("long")).isPresent();
  }

  @Test
  void forgetsTheGroupsOfWhatIsPickedAndNothingElse() {
    Answer.Times times = Answer.Times.fresh(now.get(), Duration.ofSeconds(60));
    cache.put("a one", new Answer("first", 200, HttpFields.NONE, body(1), times), now.get());
    cache.put("b one", new Answer("first", 200, HttpFields.NONE, body(1), times), now.get());
    cache.put("b two", new Answer("second", 200, HttpFields.NONE, body(1), times), now.get());

    assertThat(cache.forget(new Selection("a", key -> key.startsWith("a")))).isEqualTo(2);

    assertThat(cache.find("a one")).isEmpty();
    assertThat(cache.find("b one")).isEmpty();
    assertThat(cache.find("b two")).isPresent();
    assertThat(cache.forget(new Selection("c", key -> key.startsWith("c")))).isZero();
  }

  @Test
  void agesFromItsInitialAge() {
    Answer.Times times = new Answer.Times(now.get(), 7, 67, Duration.ofSeconds(60));
    Answer answer = new Answer("g", 200, HttpFields.NONE, body(1), times);

    long later = Duration.ofSeconds(20).toNanos();

    assertThat(answer.ageSeconds(later)).isEqualTo(27);
    assertThat(answer.ttlLeftSeconds(later)).isEqualTo(40);
  }

  @Test
  void staysWithinItsBytes() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    IntStream.range(0, 1_000)
        .forEach(i -> cache.put("k" + i, answer(random.nextInt(5_000), 60), now.get()));

    assertThat(cache.weightBytes()).isPositive().isLessThanOrEqualTo(100_000);
    assertThat(cache.size()).isPositive();
  }

  @Test
  void keepsNoAnswerAboveItsBound() {
    cache.put("large", answer(10_001, 60), now.get());

    assertThat(cache.find("large")).isEmpty();
  }

  @Test
  void identicalMissesAreOneFetch() {
    Flight leader = lead("k");
    List<Landing> landings = waiters("k", 99);

    leader.land("k", answer(10, 60));

    assertThat(landings).hasSize(99).allMatch(l -> l instanceof Landing.Landed);
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Hit.class);
    assertThat(cache.flightsUnderWay()).isZero();
  }

  @Test
  void anAnswerThatCannotBeSharedReleasesTheWaiters() {
    Flight leader = lead("k");
    List<Landing> landings = waiters("k", 3);

    leader.release();

    assertThat(landings).containsOnly(new Landing.Unshared()).hasSize(3);
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Pass.class);
    now.addAndGet(Duration.ofSeconds(31).toNanos());
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Lead.class);
  }

  @Test
  void aCancelledLeaderHandsOver() {
    Flight leader = lead("k");
    List<Landing> landings = waiters("k", 2);

    leader.abandon();

    assertThat(landings).containsOnly(new Landing.Abandoned()).hasSize(2);
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Lead.class);
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Wait.class);
  }

  @Test
  void aFlightSettlesOnce() {
    Flight leader = lead("k");
    leader.abandon();
    Flight next = lead("k");

    leader.land("k", answer(10, 60));
    leader.abandon();

    assertThat(cache.find("k")).isEmpty();
    assertThat(cache.flightsUnderWay()).isEqualTo(1);
    next.abandon();
  }

  @Test
  void racingMissesNeverFetchTwiceNorHang() {
    for (int round = 0; round < 200; round++) {
      String key = "race" + round;
      AtomicInteger fetches = new AtomicInteger();
      List<CompletableFuture<Void>> racers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        racers.add(CompletableFuture.runAsync(() -> ask(key, fetches).join()));
      }
      CompletableFuture.allOf(racers.toArray(CompletableFuture[]::new)).join();
      assertThat(fetches).hasValue(1);
    }
    assertThat(cache.flightsUnderWay()).isZero();
  }

  @Test
  void whoComesWhileItIsOnItsWayRidesAlong() {
    Flight leader = lead("k");
    Passage body = new Passage(10, IDLE);
    Opening opening = new Opening(HttpFields.NONE, 200, HttpFields.NONE, body, 60L);
    List<Landing> landings = waiters("k", 2);

    leader.alsoAs("k\nvariant");
    leader.open(opening);

    assertThat(landings).containsOnly(new Landing.Opened(opening)).hasSize(2);
    assertThat(cache.turn("k", a -> true)).isInstanceOf(Turn.Wait.class);
    assertThat(cache.turn("k\nvariant", a -> true)).isInstanceOf(Turn.Wait.class);
    leader.land("k\nvariant", answer(10, 60));
    assertThat(cache.turn("k\nvariant", a -> true)).isInstanceOf(Turn.Hit.class);
    assertThat(cache.flightsUnderWay()).isZero();
  }

  @Test
  void forgetsAGroupAndWhatIsOnItsWayToIt() {
    Flight leader = lead("k");
    cache.put("other variant", answer(10, 60), now.get());

    assertThat(cache.forget("g")).isEqualTo(1);
    leader.land("k", answer(10, 60));

    assertThat(cache.find("other variant")).isEmpty();
    assertThat(cache.find("k")).isEmpty();
    now.incrementAndGet();
    cache.put("k", answer(10, 60), now.get());
    assertThat(cache.find("k")).isPresent();
  }

  @Test
  void nothingForgottenIsStoredHoweverMuchIsForgotten() {
    IntStream.range(0, 20_000).forEach(i -> cache.forget("before " + i));
    for (int i = 0; i < 50; i++) {
      String group = "g" + i;
      long begun = now.getAndIncrement();
      cache.forget(group);
      IntStream.range(0, 200).forEach(j -> cache.forget("after " + group + j));
      Answer.Times times = Answer.Times.fresh(now.get(), Duration.ofSeconds(60));

      cache.put("k" + i, new Answer(group, 200, HttpFields.NONE, body(1), times), begun);

      assertThat(cache.find("k" + i)).isEmpty();
    }
  }

  @Test
  void whoComesAfterTheForgettingDoesNotWaitForWhatBeganBefore() {
    Trip trip = new Trip("k", "k as a stream", "g");
    List<Runnable> forgettings =
        List.of(
            () -> cache.forget("g"),
            () -> cache.forget(new Selection("k", "k"::equals)),
            () -> cache.clear());
    for (Runnable forgetting : forgettings) {
      Flight before = ((Turn.Lead) cache.turn(trip, a -> true)).flight();
      assertThat(cache.turn(trip, a -> true)).isInstanceOf(Turn.Wait.class);

      forgetting.run();
      now.incrementAndGet();
      Flight after = ((Turn.Lead) cache.turn(trip, a -> true)).flight();
      before.land("k", answer(10, 60));

      assertThat(before.forgotten()).isTrue();
      assertThat(after.forgotten()).isFalse();
      assertThat(cache.turn(trip, a -> true)).isInstanceOf(Turn.Wait.class);
      after.abandon();
      assertThat(cache.flightsUnderWay()).isZero();
    }
  }

  @Test
  void aRenewedAnswerTakesTheOldOnesPlaceAndNoOthers() {
    Answer old = answer(10, 60);
    Answer renewed = answer(10, 60);
    Answer another = answer(10, 60);
    cache.put("k", old, now.get());
    cache.renew("k", old, renewed, now.get());
    assertThat(cache.find("k")).containsSame(renewed);

    cache.put("k", another, now.get());
    cache.renew("k", renewed, old, now.get());
    cache.dropStill("k", renewed);
    assertThat(cache.find("k")).containsSame(another);

    long begun = now.getAndIncrement();
    cache.forget("g");
    cache.renew("k", another, renewed, begun);
    assertThat(cache.find("k")).isEmpty();
  }

  @Test
  void aFlightSettledWhileItsVariantIsToldLeavesNothingBehind() {
    Flight leader = lead("k");
    leader.abandon();
    // Where it was found not settled just before.
    cache.alsoUnder(leader, "k variant");

    assertThat(cache.flightsUnderWay()).isZero();
    assertThat(cache.turn("k variant", a -> true)).isInstanceOf(Turn.Lead.class);
  }

  @Test
  void aFloodOfKeysStaysWithinTheBytesAndLeavesTheHotOnes() {
    cache.put("hot", answer(100, 600), now.get());
    for (int i = 0; i < 100_000; i++) {
      cache.put("flood?" + i, answer(100, 600), now.get());
      cache.find("hot");
    }

    assertThat(cache.weightBytes()).isLessThanOrEqualTo(100_000);
    assertThat(cache.find("hot")).isPresent();
    assertThat(cache.forget("g")).isLessThanOrEqualTo(1024);
  }

  @Test
  void refusesABadTtl() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> answer(1, 0))
        .withMessage("keep: PT0S (expected: > 0)");
  }

  private CompletableFuture<Answer> ask(String key, AtomicInteger fetches) {
    return switch (cache.turn(key, a -> true)) {
      case Turn.Hit hit -> CompletableFuture.completedFuture(hit.answer());
      case Turn.Lead lead -> {
        fetches.incrementAndGet();
        lead.flight().land(key, answer(10, 60));
        yield CompletableFuture.completedFuture(cache.find(key).orElseThrow());
      }
      case Turn.Pass pass -> throw new IllegalStateException("nothing was unshared");
      case Turn.Wait wait ->
          wait.landing().thenApply(l -> ((Landing.Landed) l).answer()).toCompletableFuture();
    };
  }

  private Flight lead(String key) {
    return ((Turn.Lead) cache.turn(key, a -> true)).flight();
  }

  private List<Landing> waiters(String key, int n) {
    List<Landing> landings = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      var _ = ((Turn.Wait) cache.turn(key, a -> true)).landing().thenAccept(landings::add);
    }
    return landings;
  }

  private Answer answer(int bytes, long ttlSeconds) {
    return new Answer(
        "g",
        200,
        HttpFields.NONE,
        body(bytes),
        Answer.Times.fresh(now.get(), Duration.ofSeconds(ttlSeconds)));
  }

  private static ByteBuffer body(int bytes) {
    return ByteBuffer.allocate(bytes);
  }
}
