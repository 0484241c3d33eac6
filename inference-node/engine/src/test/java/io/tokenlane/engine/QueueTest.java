package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.schedule.QueueOrder;
import io.tokenlane.engine.schedule.QueueOrder.Rule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who runs first, and for how long anybody waits. */
@ExtendWith(EngineInvariants.class)
final class QueueTest {
  private static final long SECOND = 1_000_000_000L;
  private static final EngineConfig CONFIG =
      EngineConfig.defaults().withBlockSize(4).withBatch(1, 64);
  private final ToyModel model = new ToyModel(256);

  /** Each word is name, priority, prompt tokens, arrival in s; the first runs before the others. */
  @ParameterizedTest
  @CsvSource({
    "PRIORITY, 10, 0, a:0:5:0 b:3:5:1 c:1:5:2, a b c",
    "PRIORITY, 10, 0, a:0:5:0 b:1:5:1 c:2:5:40 d:0:5:41, a b c d",
    "PRIORITY, 10, 0, a:0:5:0 b:0:5:1 c:1:5:12, a b c",
    "PRIORITY, 10, 0, a:0:5:0 b:0:5:1 c:1:5:10, a c b",
    "PRIORITY, 0, 0, a:0:5:0 b:0:5:1 c:1:5:900, a c b",
    "SHORTEST_PREFILL, 10, 100, a:0:5:0 b:0:100:1 c:0:20:2 d:0:20:3, a c d b",
    "SHORTEST_PREFILL, 10, 100, a:0:5:0 b:0:100:1 c:0:20:12, a b c",
    "SHORTEST_PREFILL, 10, 100, a:0:5:0 b:2:100:1 c:0:20:2, a b c",
    "ARRIVAL, 10, 100, a:0:5:0 b:0:100:1 c:9:20:2, a b c",
  })
  void theOrderIsPriorityThenArrivalWithAgeing(
      Rule rule, long ageingSeconds, long tokenMillis, String arrivals, String expected) {
    QueueOrder order = new QueueOrder(rule, ageingSeconds * SECOND, tokenMillis * 1_000_000);
    List<String> ended = new ArrayList<>();
    EngineConfig config = CONFIG.withQueueOrder(order).withQueueDeadlineNanos(0);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      for (String arrival : arrivals.split(" ")) {
        String[] parts = arrival.split(":");
        engine.nanos = Long.parseLong(parts[3]) * SECOND;
        engine.submit(
            greedy(counting(3, Integer.parseInt(parts[2])), 2, Integer.parseInt(parts[1])),
            event -> {
              if (event instanceof GenerationEvent.Finished) {
                ended.add(parts[0]);
              }
            });
        if (ended.isEmpty() && engine.stats().running() == 0) {
          engine.step();
        }
      }
      engine.runUntilIdle();
    }
    assertThat(ended).containsExactly(expected.split(" "));
  }

  @Test
  void underAgeingAStreamOfUrgentOnesDelaysAnOldOneForABoundedTimeOnly() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      engine.submit(greedy(counting(0, 3), 2, 5));
      engine.step();
      Recorder old = engine.submit(greedy(counting(0, 3), 1, 0));
      for (int second = 0; !old.hasEnded(); second++) {
        engine.nanos = second * SECOND;
        engine.submit(greedy(counting(second, 3), 2, 5));
        engine.step();
        engine.step();
        assertThat(second).isLessThan(60);
      }
      assertThat(engine.nanos).isBetween(40 * SECOND, 55 * SECOND);
    }
  }

  @Test
  void whoWaitsBeyondTheDeadlineFailsAsOverloadAndWhoRunsDoesNot() {
    EngineConfig config = CONFIG.withQueueDeadlineNanos(5 * SECOND);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      Recorder running = engine.submit(greedy(counting(0, 3), 40));
      Recorder waiting = engine.submit(greedy(counting(5, 3), 2));
      engine.step();
      engine.nanos = 3 * SECOND;
      Recorder younger = engine.submit(greedy(counting(9, 3), 2));
      engine.nanos = 5 * SECOND + 1;
      engine.step();
      assertThat(waiting.failure())
          .isEqualTo("queue: not begun within the deadline of 5000 ms (expected: less load)");
      assertThat(waiting.isOverloaded()).isTrue();
      assertThat(engine.stats().expired()).isEqualTo(1);
      engine.runUntilIdle();
      assertThat(running.ids()).hasSize(40);
      assertThat(younger.ids()).hasSize(2);
    }
  }

  @Test
  void aRefusedCallerIsToldWhenTheQueueWillHaveMoved() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withMaxWaiting(15))) {
      for (int i = 0; i < 16; i++) {
        engine.submit(greedy(counting(0, 3), 1));
      }
      engine.nanos = 3 * SECOND;
      engine.step();
      engine.submit(greedy(counting(0, 3), 1));
      assertThatThrownBy(() -> engine.submit(greedy(counting(0, 3), 1)))
          .isInstanceOfSatisfying(
              EngineBusyException.class, e -> assertThat(e.retryAfterSeconds()).isEqualTo(6));
      engine.runUntilIdle();
    }
  }

  @Test
  void theBudgetFollowsTheWantedTimeBetweenTokens() {
    EngineConfig config = CONFIG.withBatch(32, 256).withTargetItlNanos(20_000_000);
    PacedModel paced = new PacedModel(model, 4_000_000, 500_000);
    try (SteppedEngine engine = paced.engine(config)) {
      Recorder talking = engine.submit(greedy(counting(0, 4), 200));
      engine.step();
      for (int i = 0; i < 60; i++) {
        engine.submit(greedy(counting(i, 120), 20));
      }
      int slow = 0;
      int steps = 0;
      while (!talking.hasEnded()) {
        long before = engine.nanos;
        engine.step();
        steps++;
        slow += engine.nanos - before > 24_000_000 ? 1 : 0;
      }
      assertThat(slow).as("of %d steps", steps).isLessThanOrEqualTo(steps / 10);
      assertThat(engine.stats().stepTokens()).isBetween(16, 40);
      engine.runUntilIdle();
    }
  }
}
