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
  void whereNobodyAnswersAllFail() {
    try (ChatLoad load = new ChatLoad(1)) {
      ChatLoad.Measured measured = load.openLoop(50, 0.2);

      assertThat(measured.perSecond()).isZero();
      assertThat(measured.latencies().median()).isEqualTo(5_000);
    }
  }
}
