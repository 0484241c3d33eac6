package io.tokenlane.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many tokens are drafted, and whether layers draft at all. */
class DraftsTest {

  @Test
  void lengthFollowsWhatWasRight() {
    DraftLength length = new DraftLength(3, 8);
    length.learn(3, 3);
    assertThat(length.get()).isEqualTo(6);
    length.learn(6, 6);
    assertThat(length.get()).isEqualTo(8);
    length.learn(8, 2);
    assertThat(length.get()).isEqualTo(3);
    length.learn(3, 0);
    assertThat(length.get()).isEqualTo(1);
    length.learn(0, 0);
    assertThat(length.get()).isEqualTo(1);
    length.learn(1, 1);
    assertThat(length.get()).isEqualTo(2);
  }

  @Test
  void layersDraftWhereThatPays() {
    assertThat(sharesDrafted(100, 80)).isGreaterThan(900);
    assertThat(sharesDrafted(80, 100)).isLessThan(100);
  }

  /** Of 1,000 steps, those that drafted. */
  private static int sharesDrafted(long nanosWithout, long nanosWith) {
    PayOff payOff = new PayOff();
    int drafted = 0;
    for (int i = 0; i < 1000; i++) {
      boolean drafts = payOff.drafts();
      payOff.took(drafts, drafts ? nanosWith : nanosWithout, 1);
      drafted += drafts ? 1 : 0;
    }
    return drafted;
  }
}
