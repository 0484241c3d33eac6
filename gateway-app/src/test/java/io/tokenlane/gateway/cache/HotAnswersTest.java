package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class HotAnswersTest {
  private static final long LATE = Duration.ofSeconds(95).toNanos();
  private static final Answer ANSWER =
      new Answer(
          "g",
          200,
          HttpFields.NONE,
          ByteBuffer.allocate(1),
          Answer.Times.fresh(0, Duration.ofSeconds(100)));

  @Test
  void onlyTheLastPartOfAnOftenAskedAnswersTimeIsRenewedAndOnce() {
    HotAnswers hot = new HotAnswers(true);

    assertThat(hot.wornOut("k", ANSWER, 0)).isFalse();
    assertThat(hot.wornOut("k", ANSWER, 1)).isFalse();
    assertThat(hot.wornOut("rare", ANSWER, LATE)).isFalse();
    assertThat(hot.wornOut("k", ANSWER, LATE)).isTrue();
    assertThat(hot.wornOut("k", ANSWER, LATE)).isFalse();
  }

  @Test
  void offIsOff() {
    HotAnswers hot = new HotAnswers(false);
    for (int i = 0; i < 10; i++) {
      assertThat(hot.wornOut("k", ANSWER, LATE)).isFalse();
    }
  }
}
