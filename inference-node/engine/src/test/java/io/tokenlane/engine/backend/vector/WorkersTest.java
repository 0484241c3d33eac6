package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyChunkRunsOnceInEveryRound(int threads) {
    int chunks = 7;
    AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
    try (Workers workers = new Workers(threads)) {
      for (int round = 1; round <= 500; round++) {
        workers.run((chunk, thread) -> runs.incrementAndGet(chunk), chunks);
        for (int chunk = 0; chunk < chunks; chunk++) {
          assertThat(runs.get(chunk)).isEqualTo(round);
        }
      }
    }
  }

  @Test
  void noTwoChunksOfAThreadRunAtTheSameTime() {
    AtomicIntegerArray busy = new AtomicIntegerArray(3);
    AtomicIntegerArray clashes = new AtomicIntegerArray(1);
    try (Workers workers = new Workers(3)) {
      for (int round = 0; round < 200; round++) {
        workers.run(
            (chunk, thread) -> {
              if (busy.incrementAndGet(thread) > 1) {
                clashes.incrementAndGet(0);
              }
              busy.decrementAndGet(thread);
            },
            50);
      }
    }
    assertThat(clashes.get(0)).isZero();
  }

  @Test
  void aFailureReachesTheCallerAndTheNextRoundRuns() {
    try (Workers workers = new Workers(2)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  workers.run(
                      (chunk, thread) -> {
                        if (chunk == 1) {
                          throw new ArithmeticException("no");
                        }
                      },
                      4))
          .withMessageContaining("no")
          .withCauseInstanceOf(ArithmeticException.class);
      AtomicIntegerArray runs = new AtomicIntegerArray(2);
      workers.run((chunk, thread) -> runs.incrementAndGet(chunk), 2);
      assertThat(runs).hasToString("[1, 1]");
    }
  }

  @Test
  void closingEndsTheThreads() {
    Workers workers = new Workers(3);
    workers.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("tokenlane-vector-"));
  }
}
