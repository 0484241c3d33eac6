package io.tokenlane.gateway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.PrefetchPlan;
import io.tokenlane.prefetch.Prefetcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** A planned refresh waits while clients are busy, and no longer than its answer can bear. */
class ClientsFirstTest {
  private static final Duration FRESH = Duration.ofSeconds(100);

  private record Due(long atMillis, Runnable what) {}

  private final PriorityQueue<Due> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
  private final List<Long> fetchedAt = new ArrayList<>();
  private long now;

  private void run(LongPredicate busyAt, Duration until) {
    ClientsFirst clients = new ClientsFirst(() -> busyAt.test(now), () -> 100);
    try (Prefetcher prefetcher =
        new Prefetcher(
            new PrefetchPlan(List.of("/planned"), 1),
            endpoint -> {
              fetchedAt.add(now);
              return CompletableFuture.completedStage(FRESH);
            },
            (delay, what) -> agenda.add(new Due(now + delay.toMillis(), what)),
            () -> 0,
            clients)) {
      prefetcher.start();
      while (!agenda.isEmpty() && agenda.element().atMillis() <= until.toMillis()) {
        Due next = agenda.remove();
        now = next.atMillis();
        next.what().run();
      }
    }
  }

  @Test
  void itIsNotPutOffWhereNobodyIsBusy() {
    run(at -> false, Duration.ofSeconds(80));
    assertThat(fetchedAt).containsExactly(0L, 75_000L);
  }

  @Test
  void itComesAsSoonAsClientsAreServed() {
    run(at -> at >= 75_000 && at < 78_000, Duration.ofSeconds(100));
    assertThat(fetchedAt).hasSize(2);
    assertThat(fetchedAt.get(1)).isBetween(78_000L, 78_350L);
  }

  @Test
  void whatIsStoredDoesNotExpireForIt() {
    run(at -> at > 0, Duration.ofSeconds(100));
    assertThat(fetchedAt).hasSize(2);
    assertThat(fetchedAt.get(1)).isBetween(87_000L, 87_500L);
  }
}
