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
  void everyPartRunsOnceInEveryRound(int threads) {
    AtomicIntegerArray runs = new AtomicIntegerArray(threads);
    try (Workers workers = new Workers(threads)) {
      for (int round = 1; round <= 500; round++) {
        workers.run((part, parts) -> runs.incrementAndGet(part));
        for (int part = 0; part < threads; part++) {
          assertThat(runs.get(part)).isEqualTo(round);
        }
      }
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheNextRoundRuns() {
    try (Workers workers = new Workers(2)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  workers.run(
                      (part, parts) -> {
                        if (part == 1) {
                          throw new ArithmeticException("no");
                        }
                      }))
          .withMessageContaining("no")
          .withCauseInstanceOf(ArithmeticException.class);
      AtomicIntegerArray runs = new AtomicIntegerArray(2);
      workers.run((part, parts) -> runs.incrementAndGet(part));
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
