package io.tokenlane.prefetch.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class ForesightTest {
  private static final double FRESH = 300;

  private final Foresight foresight = new Foresight(ForesightSettings.DEFAULT);

  private List<Foresight.Suggestion> ask(String client, String key, double now) {
    return foresight.asked(client, key, false, FRESH, now);
  }

  @Test
  void foreseesThePartsOfAPage() {
    for (int i = 0; i < 6; i++) {
      ask("client" + i, "/page", 10_000 * i);
      ask("client" + i, i % 2 == 0 ? "/a.css" : "/b.js", 10_000 * i + 1);
      ask("client" + i, i % 2 == 0 ? "/b.js" : "/a.css", 10_000 * i + 2);
    }

    assertThat(ask("new", "/page", 100_000))
        .extracting(Foresight.Suggestion::key)
        .containsExactlyInAnyOrder("/a.css", "/b.js");
  }

  @Test
  void whatOneClientAsksSaysNothingOfAnothersNext() {
    for (int i = 0; i < 20; i++) {
      ask("one", "/x" + i, 1_000 * i);
      ask("two", "/y" + i, 1_000 * i + 1);
    }

    assertThat(ask("three", "/x3", 50_000)).isEmpty();
  }

  @Test
  void refreshesWhatIsAskedOftenEnough() {
    for (int second = 0; second < 3_600; second += 60) {
      ask("c" + second, "/hot", second);
    }
    ask("c", "/cold", 3_600);

    assertThat(foresight.worthRefreshing("/hot", FRESH, 3_600)).isTrue();
    assertThat(foresight.worthRefreshing("/cold", FRESH, 3_600)).isFalse();
    assertThat(foresight.worthRefreshing("/hot", 10, 3_600)).isFalse();
  }

  @Test
  void accountsForEveryFetch() {
    ask("c", "/m", 0);
    assertThat(foresight.begun("/used", 0)).isTrue();
    foresight.arrived("/used");
    foresight.asked("c", "/used", true, FRESH, 1);
    assertThat(foresight.begun("/late", 1)).isTrue();
    ask("c", "/late", 2);
    foresight.failed("/late");
    assertThat(foresight.begun("/wasted", 3)).isTrue();
    foresight.arrived("/wasted");
    foresight.expired("/wasted", 400);

    Account account = foresight.account(400);
    assertThat(account.issued()).isEqualTo(3);
    assertThat(account.used()).isEqualTo(1);
    assertThat(account.late()).isEqualTo(1);
    assertThat(account.failed()).isEqualTo(1);
    assertThat(account.wasted()).isEqualTo(1);
    assertThat(account.precision()).isEqualTo(0.5);
  }

  /** Fetches that nobody uses: the credit ends, the price rises, and then it only watches. */
  @Test
  void anUnpredictableCrowdCostsNoMoreThanTheBudget() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    int misses = 0;
    int fetches = 0;
    for (int second = 0; second < 20_000; second++) {
      ask("c" + random.nextInt(1_000), "/k" + random.nextInt(1_000_000), second);
      misses++;
      String guess = "/guess" + second;
      if (foresight.begun(guess, second)) {
        fetches++;
        foresight.arrived(guess);
        foresight.expired(guess, second);
      }
    }

    assertThat(fetches).isLessThanOrEqualTo((int) (0.15 * misses) + 3);
    assertThat(foresight.account(20_000).observing()).isTrue();
    assertThat(fetches).isLessThan(misses / 20);
  }

  @Test
  void aRouteThatIsForeseenBadlyIsWatchedAlone() {
    Foresight byRoute =
        new Foresight(new ForesightSettings(1, 0.68, 0.5), key -> key.substring(0, 2));
    for (int i = 0; i < 60; i++) {
      for (String route : new String[] {"/a", "/b"}) {
        String key = route + i;
        byRoute.asked("c", key, false, FRESH, i);
        if (byRoute.begun(key + "+", i)) {
          byRoute.arrived(key + "+");
          if (route.equals("/a")) {
            byRoute.asked("c", key + "+", true, FRESH, i);
          }
          byRoute.expired(key + "+", i);
        }
      }
    }

    assertThat(byRoute.routes(60))
        .hasEntrySatisfying("/a", good -> assertThat(good.observing()).isFalse())
        .hasEntrySatisfying("/a", good -> assertThat(good.precision()).isEqualTo(1))
        .hasEntrySatisfying("/b", bad -> assertThat(bad.observing()).isTrue());
    assertThat(byRoute.begun("/b+", 60)).isFalse();
    assertThat(byRoute.begun("/a+", 60)).isTrue();
    assertThat(byRoute.account(60).observing()).isFalse();
  }

  @Test
  void refusesBadSettings() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ForesightSettings(2, 0.7, 0.5))
        .withMessage("extra_requests: 2.0 (expected: 0.0 to 1.0)");
  }
}
