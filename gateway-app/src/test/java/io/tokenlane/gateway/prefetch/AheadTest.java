package io.tokenlane.gateway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.cache.HitListener.Resource;
import io.tokenlane.prefetch.predict.Foresight;
import io.tokenlane.prefetch.predict.ForesightSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for the end of stored answers, hours ahead. */
final class AheadTest {
  private static final long HOUR = Duration.ofHours(1).toSeconds();

  private final ScheduledThreadPoolExecutor clockwork = new ScheduledThreadPoolExecutor(1);
  private final Ahead ahead =
      new Ahead(
          new Foresight(new ForesightSettings(0.15, 0.68, 0.5), Ahead::route),
          new Ahead.Means(r -> new CompletableFuture<>(), clockwork, () -> false),
          new Memory(null));

  AheadTest() {
    clockwork.setRemoveOnCancelPolicy(true);
  }

  @AfterEach
  void stop() {
    clockwork.shutdownNow();
  }

  private static Resource resource(int number) {
    return new Resource("route", "host", "/" + number);
  }

  @Test
  void anAnswerThatIsReplacedIsWaitedForOnce() {
    for (int i = 0; i < 5; i++) {
      ahead.stored(resource(1), HOUR);
    }
    assertThat(clockwork.getQueue()).hasSize(1);
  }

  @Test
  void asManyAreWaitedForAsAreRemembered() {
    for (int i = 0; i < 12_000; i++) {
      ahead.stored(resource(i), HOUR);
    }
    assertThat(clockwork.getQueue()).hasSizeLessThanOrEqualTo(10_000);
  }

  @Test
  void whatLivesBeyondTheHorizonIsNotWaitedFor() {
    ahead.stored(resource(1), 365 * 24 * HOUR);
    ahead.stored(resource(2), Long.MAX_VALUE);
    assertThat(clockwork.getQueue()).isEmpty();
  }

  @Test
  void whatSeveralStoresForgetIsFetchedOnce() {
    for (int i = 0; i < 50; i++) {
      ahead.asked("client", resource(1), false);
    }
    ahead.stored(resource(1), HOUR);
    for (int i = 0; i < 3; i++) {
      ahead.forgotten("host", "/1");
    }
    assertThat(clockwork.getQueue()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void queriesAreShownAsMarksAlone() {
    for (String query : List.of("?token=sk-1", "?token=sk-2")) {
      Resource resource = new Resource("route", "host", "/me" + query);
      for (int i = 0; i < 50; i++) {
        ahead.asked("client", resource, false);
      }
      ahead.stored(resource, 1);
    }

    assertThat(ahead.hottest().keySet())
        .hasSize(2)
        .allSatisfy(shown -> assertThat(shown).matches("route host /me\\?#[0-9a-f]{8}"));
    assertThat(Shown.endpoint("POST /search?a=sk-3 {\"q\": \"sk-4\"}"))
        .matches("POST /search\\?#[0-9a-f]{8}");
    assertThat(Shown.endpoint("/api/v1/user")).isEqualTo("/api/v1/user");
  }

  @Test
  void oneThatHasStoppedWaitsForNothing() {
    ahead.stored(resource(1), HOUR);
    ahead.stop();
    ahead.stored(resource(2), HOUR);
    assertThat(clockwork.getQueue()).isEmpty();
  }
}
