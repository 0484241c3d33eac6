package io.tokenlane.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChatLoadTest {

  @Test
  void everyChatIsCountedOnce() {
    try (QuickNode node = new QuickNode();
        ChatLoad load = new ChatLoad(node.port())) {
      ChatLoad.Measured closed = load.closedLoop(4, 0.2);
      assertThat(closed.errors()).isZero();
      assertThat(closed.perSecond()).isPositive();

      assertThat(load.openLoop(100, 0.3).errors()).isZero();
    }
  }

  @Test
  void whatComesAfterTheEndIsNotInTheRate() {
    ChatLoad.Counting counting = new ChatLoad.Counting(now -> now <= 2_000_000_000L);
    counting.add(true, 0, 1_000_000_000L);
    counting.add(true, 1_000_000_000L, 2_000_000_000L);
    counting.add(true, 2_000_000_000L, 5_000_000_000L);
    counting.add(false, 2_000_000_000L, 7_000_000_000L);

    ChatLoad.Measured measured = counting.measured(2);

    assertThat(measured.perSecond()).isEqualTo(1);
    assertThat(measured.errors()).isEqualTo(1);
    assertThat(measured.latencies().median()).isBetween(1_000.0, 3_000.0);
  }

  @Test
  void whereNobodyAnswersAllFail() {
    try (ChatLoad load = new ChatLoad(1)) {
      ChatLoad.Measured measured = load.openLoop(50, 0.2);

      assertThat(measured.perSecond()).isZero();
      assertThat(measured.latencies().median()).isEqualTo(5_000);
    }
  }
}
