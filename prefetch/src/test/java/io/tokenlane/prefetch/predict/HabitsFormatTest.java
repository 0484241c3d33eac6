package io.tokenlane.prefetch.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is learnt outlives its process, whole or not at all. */
final class HabitsFormatTest {
  private static final double FRESH = 300;

  private static Foresight taught() {
    Foresight foresight = new Foresight(ForesightSettings.DEFAULT);
    for (int i = 0; i < 6; i++) {
      foresight.asked("client" + i, "/page", false, FRESH, 1_000 * i);
      foresight.asked("client" + i, "/ä.css", false, FRESH, 1_000 * i + 1);
    }
    return foresight;
  }

  @Test
  void anotherProcessForeseesTheSame() throws IOException {
    byte[] kept = HabitsFormat.encode(taught().habits(5_001, 7_000_000));

    Foresight next = new Foresight(ForesightSettings.DEFAULT);
    next.recall(HabitsFormat.decode(kept), 90, 7_000_000);

    assertThat(next.rate("/page", 90)).isCloseTo(taught().rate("/page", 5_001), within(1e-9));
    assertThat(next.asked("new", "/page", true, FRESH, 90))
        .extracting(Foresight.Suggestion::key)
        .isEqualTo(List.of("/ä.css"));
  }

  @Test
  void whatWasAskedBeforeALongPauseCountsLess() {
    Habits habits = taught().habits(5_001, 0);
    Foresight soon = new Foresight(ForesightSettings.DEFAULT);
    soon.recall(habits, 90, 0);
    Foresight late = new Foresight(ForesightSettings.DEFAULT);
    late.recall(habits, 90, 3_600_000);

    assertThat(late.rate("/page", 90)).isLessThan(soon.rate("/page", 90) / 2);
  }

  @Test
  void aFlippedBitOrACutAnywhereMakesItUnread() throws IOException {
    byte[] whole =
        HabitsFormat.encode(
            new Habits(
                1, 2, Map.of("/a", 3.0), Map.of("/a", new Habits.Context(4, Map.of("/b", 2)))));
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 4;
      assertThatIOException()
          .as("byte %d", i)
          .isThrownBy(() -> HabitsFormat.decode(damaged))
          .withMessage("not whole, or of another version");
      byte[] cut = Arrays.copyOf(whole, i);
      assertThatIOException().as("%d bytes", i).isThrownBy(() -> HabitsFormat.decode(cut));
    }
    assertThat(HabitsFormat.decode(whole).contexts())
        .containsEntry("/a", new Habits.Context(4, Map.of("/b", 2)));
  }
}
