package io.tokenlane.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StateWriterTest {
  private final List<Integer> written = new ArrayList<>();

  @Test
  void whoCallsWaitsForNothingAndTheOrderStays() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (StateWriter writer = new StateWriter()) {
      writer.later(() -> await(disk));
      writer.later(() -> written.add(1));
      writer.later(() -> written.add(2));
      assertThat(written).as("behind a disk that hangs").isEmpty();

      disk.countDown();
    }
    assertThat(written).as("closed: all is written").containsExactly(1, 2);
  }

  @Test
  void behindADiskThatHangsTheMemoryDoesNotFill() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch disk = new CountDownLatch(1);
    try (StateWriter writer = new StateWriter()) {
      writer.later(
          () -> {
            begun.countDown();
            await(disk);
          });
      await(begun);
      for (int i = 0; i < 2 * StateWriter.MOST_WAITING; i++) {
        int number = i;
        writer.later(() -> written.add(number));
      }
      disk.countDown();
    }
    assertThat(written)
        .containsExactlyElementsOf(IntStream.range(0, StateWriter.MOST_WAITING).boxed().toList());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
