package io.tokenlane.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On a virtual clock: {@link #advance} runs what is due. */
final class PrefetcherTest {
  private static final Duration TTL = Duration.ofMinutes(5);

  private record Due(long atNanos, Runnable what) {}

  private final PriorityQueue<Due> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
  private final List<String> fetched = new ArrayList<>();
  private final List<Long> fetchedAt = new ArrayList<>();
  private final Random random = new Random(42);
  private long now;

  private Prefetcher prefetcher(Prefetcher.Source source, int concurrency, String... endpoints) {
    return new Prefetcher(
        new PrefetchPlan(List.of(endpoints), concurrency),
        endpoint -> {
          fetched.add(endpoint);
          fetchedAt.add(now);
          return source.fetch(endpoint);
        },
        (delay, what) -> agenda.add(new Due(now + delay.toNanos(), what)),
        random::nextDouble);
  }

  private void advance(Duration span) {
    long end = now + span.toNanos();
    while (!agenda.isEmpty() && agenda.element().atNanos() <= end) {
      Due due = agenda.remove();
      now = due.atNanos();
      due.what().run();
    }
    now = end;
  }

  private static CompletionStage<Duration> fresh(String endpoint) {
    return CompletableFuture.completedFuture(TTL);
  }

  /** A source behind a link, for as long as it is cut. */
  private static Prefetcher.Source behind(boolean[] cut) {
    return endpoint ->
        cut[0]
            ? CompletableFuture.failedFuture(new IllegalStateException("unreachable"))
            : fresh(endpoint);
  }

  @Test
  void fetchesAtStartAndAgainBeforeExpiry() {
    try (Prefetcher prefetcher = prefetcher(PrefetcherTest::fresh, 2, "/a", "/b")) {
      prefetcher.start();
      assertThat(fetched).containsExactly("/a", "/b");

      advance(Duration.ofHours(10));

      assertThat(gapsOf("/a"))
          .hasSizeGreaterThan(100)
          .allMatch(gap -> gap >= 0.75 * TTL.toNanos() && gap < 0.9 * TTL.toNanos());
    }
  }

  @Test
  void whatWasForgottenIsFetchedAtOnceAndThenAsBefore() {
    try (Prefetcher prefetcher = prefetcher(PrefetcherTest::fresh, 2, "/a")) {
      prefetcher.start();
      advance(TTL.dividedBy(2));
      prefetcher.refresh("/a");
      prefetcher.refresh("/unknown");
      assertThat(fetched).containsExactly("/a", "/a");

      advance(Duration.ofHours(1));

      // One chain of fetches, not two.
      assertThat(gapsOf("/a").stream().skip(1))
          .allMatch(gap -> gap >= 0.75 * TTL.toNanos() && gap < 0.9 * TTL.toNanos());
    }
  }

  @Test
  void whatIsOnlyAskedForIsNeverFetchedByItself() {
    PrefetchPlan plan = new PrefetchPlan(List.of("/a"), List.of("/noon", "/a"), 1);
    assertThat(plan.asked()).containsExactly("/noon");
    try (Prefetcher prefetcher =
        new Prefetcher(
            plan,
            endpoint -> {
              fetched.add(endpoint);
              return fresh(endpoint);
            },
            (delay, what) -> agenda.add(new Due(now + delay.toNanos(), what)),
            random::nextDouble)) {
      prefetcher.start();
      advance(Duration.ofHours(1));
      assertThat(fetched).containsOnly("/a");
      prefetcher.refresh("/noon");
      advance(Duration.ofHours(1));
      assertThat(fetched).filteredOn("/noon"::equals).hasSize(1);
      assertThat(prefetcher.accounts())
          .hasEntrySatisfying("/noon", account -> assertThat(account.done()).isEqualTo(1));
    }
  }

  @Test
  void backsOffAfterFailuresUpToHalfAMinute() {
    Prefetcher.Source down =
        endpoint -> CompletableFuture.failedFuture(new IllegalStateException("503"));
    try (Prefetcher prefetcher = prefetcher(down, 1, "/a")) {
      prefetcher.start();
      advance(Duration.ofMinutes(10));

      List<Long> gaps = gapsOf("/a");
      for (int i = 0; i < gaps.size(); i++) {
        double longest = Math.min(30e9, 1e9 * Math.pow(2, i));
        assertThat((double) gaps.get(i)).isBetween(longest / 2, longest);
      }
      assertThat(prefetcher.accounts().get("/a"))
          .isEqualTo(new PrefetchAccount(0, fetched.size(), 0, 0, "503"));
    }
  }

  /** Twenty endpoints behind one link: it is back, and all of them are, not half a minute later. */
  @Test
  void theFirstThatRecoversBringsTheOthers() {
    boolean[] cut = {true};
    String[] endpoints = IntStream.range(0, 20).mapToObj(i -> "/" + i).toArray(String[]::new);
    try (Prefetcher prefetcher = prefetcher(behind(cut), 2, endpoints)) {
      prefetcher.start();
      advance(Duration.ofMinutes(10));
      cut[0] = false;
      fetched.clear();
      while (fetched.isEmpty()) {
        advance(Duration.ofMillis(10));
      }

      assertThat(fetched).containsExactlyInAnyOrder(endpoints);
      assertThat(prefetcher.accounts().values()).allSatisfy(a -> assertThat(a.done()).isEqualTo(1));
      advance(TTL.dividedBy(2));
      assertThat(fetched).hasSize(20);
    }
  }

  @Test
  void whoeverKnowsThatTheLinkIsBackSaysSo() {
    boolean[] cut = {true};
    try (Prefetcher prefetcher = prefetcher(behind(cut), 2, "/a", "/b")) {
      prefetcher.start();
      advance(Duration.ofMinutes(10));
      cut[0] = false;
      fetched.clear();
      prefetcher.retryFailed();
      prefetcher.retryFailed();

      assertThat(fetched).containsExactlyInAnyOrder("/a", "/b");
    }
  }

  @Test
  void fetchesThatMayWaitAreMadeInTheBetterMoment() {
    long good = Duration.ofHours(3).toNanos();
    try (Prefetcher prefetcher =
        new Prefetcher(
            new PrefetchPlan(List.of("/a"), 1),
            endpoint -> {
              fetched.add(endpoint);
              fetchedAt.add(now);
              return fresh(endpoint);
            },
            (delay, what) -> agenda.add(new Due(now + delay.toNanos(), what)),
            random::nextDouble,
            (waited, left) ->
                waited.compareTo(Duration.ofHours(4)) < 0 && now < good
                    ? Duration.ofMinutes(20)
                    : Duration.ZERO)) {
      prefetcher.start();
      advance(Duration.ofHours(2));
      assertThat(fetched).isEmpty();
      prefetcher.refresh("/a");
      assertThat(fetched).as("what is asked for does not wait").hasSize(1);

      advance(Duration.ofHours(2));

      assertThat(fetchedAt.get(1)).isBetween(good, good + Duration.ofMinutes(20).toNanos());
      assertThat(prefetcher.postponed()).isEqualTo(2);
    }
  }

  @Test
  void aSourceThatThrowsIsAFailure() {
    Prefetcher.Source broken =
        endpoint -> {
          throw new IllegalStateException("no route");
        };
    try (Prefetcher prefetcher = prefetcher(broken, 1, "/a")) {
      prefetcher.start();

      assertThat(account(prefetcher).lastFailure()).isEqualTo("no route");
    }
  }

  @Test
  void neverRunsMoreFetchesThanAllowed() {
    List<CompletableFuture<Duration>> open = new ArrayList<>();
    Prefetcher.Source slow =
        endpoint -> {
          open.add(new CompletableFuture<>());
          return open.getLast();
        };
    String[] endpoints = IntStream.range(0, 10).mapToObj(i -> "/" + i).toArray(String[]::new);
    try (Prefetcher prefetcher = prefetcher(slow, 3, endpoints)) {
      prefetcher.start();
      assertThat(open).hasSize(3);

      open.get(1).complete(TTL);

      assertThat(open).hasSize(4);
    }
  }

  @Test
  void everyPrefetchIsUsedOrWastedOrWaiting() {
    try (Prefetcher prefetcher = prefetcher(PrefetcherTest::fresh, 1, "/a")) {
      prefetcher.start();
      int uses = 0;
      for (int i = 0; i < 200; i++) {
        if (random.nextBoolean()) {
          prefetcher.used("/a");
          uses++;
        }
        advance(Duration.ofSeconds(200));
      }
      PrefetchAccount account = account(prefetcher);

      assertThat(uses).isPositive();
      assertThat(account.done() - account.used() - account.wasted()).isBetween(0L, 1L);
      assertThat(account.used()).isPositive();
      assertThat(account.wasted()).isPositive();
    }
  }

  @Test
  void aUseOfSomethingElseCountsNowhere() {
    try (Prefetcher prefetcher = prefetcher(PrefetcherTest::fresh, 1, "/a")) {
      prefetcher.used("/other");

      assertThat(prefetcher.accounts()).containsOnlyKeys("/a");
    }
  }

  @Test
  void startsNothingOnceClosed() {
    Prefetcher prefetcher = prefetcher(PrefetcherTest::fresh, 1, "/a");
    prefetcher.start();
    prefetcher.close();
    advance(Duration.ofHours(1));

    assertThat(fetched).hasSize(1);
  }

  @Test
  void refusesABadPlan() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PrefetchPlan(List.of(), 0))
        .withMessage("concurrency: 0 (expected: >= 1)");
  }

  private static PrefetchAccount account(Prefetcher prefetcher) {
    return Objects.requireNonNull(prefetcher.accounts().get("/a"));
  }

  private List<Long> gapsOf(String endpoint) {
    List<Long> times =
        IntStream.range(0, fetched.size())
            .filter(i -> fetched.get(i).equals(endpoint))
            .mapToObj(fetchedAt::get)
            .toList();
    return IntStream.range(1, times.size()).mapToObj(i -> times.get(i) - times.get(i - 1)).toList();
  }
}
