package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(EngineInvariants.class)
final class StepLoopTest {
  private static final EngineConfig CONFIG = EngineConfig.defaults().withBlockSize(4);
  private final ToyModel model = new ToyModel(256);

  @Test
  void generatesUpToTheWantedLengthAndCounts() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      Recorder recorder = engine.submit(greedy(counting(0, 10), 7));
      engine.runUntilIdle();
      assertThat(recorder.ids()).hasSize(7).isEqualTo(alone(greedy(counting(0, 10), 7)));
      assertThat(recorder.finished()).isEqualTo(finished(FinishReason.LENGTH, 10, 0, 7));
      EngineStats stats = engine.stats();
      assertThat(stats.generatedTokens()).isEqualTo(7);
      assertThat(stats.promptTokens()).isEqualTo(10);
      assertThat(stats.steps()).isEqualTo(7);
      assertThat(stats.kvBlocksUsed() + stats.running() + stats.waiting()).isZero();
    }
  }

  /** The last ones are told once nothing is left to begin. */
  @Test
  void listenersAreToldWhileADeviceComputesTheNextStep() {
    DrawingModel drawing = new DrawingModel(model);
    List<Boolean> computing = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(drawing, CONFIG)) {
      engine.submit(greedy(counting(0, 10), 7), event -> computing.add(drawing.isComputing()));
      engine.runUntilIdle();
      assertThat(drawing.drawn).isEqualTo(7);
    }
    assertThat(computing).containsExactly(true, true, true, true, true, true, false, false);
  }

  /** It leaves with what it was told; what is being computed for it is dropped. */
  @Test
  void aCancelWhileADeviceComputesIsTheLastEvent() {
    DrawingModel drawing = new DrawingModel(model);
    List<GenerationEvent> events = new ArrayList<>();
    List<Generation> own = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(drawing, CONFIG)) {
      own.add(
          engine.submit(
              greedy(counting(0, 10), 50),
              event -> {
                events.add(event);
                own.getFirst().cancel();
              }));
      engine.runUntilIdle();
      assertThat(engine.stats().kvBlocksUsed()).isZero();
    }
    assertThat(events).hasSize(3);
    assertThat(events.getLast()).isEqualTo(finished(FinishReason.CANCELLED, 10, 0, 2));
  }

  @Test
  void aStopTokenIsTheLastOne() {
    List<Integer> whole = alone(greedy(counting(0, 5), 20));
    int stop = whole.get(6);
    int first = whole.indexOf(stop);
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      Recorder recorder =
          engine.submit(
              new GenerationRequest(
                  counting(0, 5), 20, SamplingParams.GREEDY, Set.of(stop), -1, 0));
      engine.runUntilIdle();
      assertThat(recorder.ids()).isEqualTo(whole.subList(0, first + 1));
      assertThat(recorder.finished()).isEqualTo(finished(FinishReason.STOP, 5, 0, first + 1));
    }
  }

  @Test
  void aPrefixHitGivesTheSameOutputAndCounts() {
    int[] prompt = counting(5, 30);
    List<Integer> cold = alone(greedy(prompt, 12));
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      engine.submit(greedy(prompt, 12));
      engine.runUntilIdle();
      Recorder again = engine.submit(greedy(prompt, 12));
      engine.runUntilIdle();
      assertThat(again.ids()).isEqualTo(cold);
      assertThat(again.finished().usage().cachedTokens()).isEqualTo(28);
      assertThat(engine.stats().prefixHits()).isEqualTo(28);
      assertThat(engine.stats().prefixQueries()).isEqualTo(60);
    }
  }

  @Test
  void aFullyCachedPromptStillComputesItsLastToken() {
    int[] prompt = counting(5, 32);
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      engine.submit(greedy(prompt, 3));
      engine.runUntilIdle();
      Recorder again = engine.submit(greedy(prompt, 3));
      engine.runUntilIdle();
      assertThat(again.finished().usage().cachedTokens()).isEqualTo(28);
      assertThat(again.ids()).isEqualTo(alone(greedy(prompt, 3)));
    }
  }

  @Test
  void aPromptTakesManyStepsUnderTheBudgetWhileOthersGoOn() {
    EngineConfig config = CONFIG.withBatch(4, 8);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      Recorder talking = engine.submit(greedy(counting(0, 4), 40));
      engine.step();
      Recorder late = engine.submit(greedy(counting(9, 70), 3));
      for (int step = 1; step <= 10; step++) {
        engine.step();
        assertThat(talking.ids()).hasSize(1 + step);
      }
      assertThat(late.ids()).hasSize(1);
      engine.runUntilIdle();
      assertThat(late.ids()).isEqualTo(alone(greedy(counting(9, 70), 3)));
      assertThat(model.mostRows).isGreaterThanOrEqualTo(8);
    }
  }

  @Test
  void preemptionGivesTheSameOutput() {
    EngineConfig config = CONFIG.withKvBlocks(12).withBatch(4, 16);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        recorders.add(engine.submit(greedy(counting(i * 7, 6), 30)));
      }
      engine.runUntilIdle();
      assertThat(engine.stats().preemptions()).isPositive();
      for (int i = 0; i < 4; i++) {
        assertThat(recorders.get(i).ids()).isEqualTo(alone(greedy(counting(i * 7, 6), 30)));
      }
      assertThat(engine.stats().generatedTokens()).isEqualTo(120);
      assertThat(engine.stats().promptTokens()).isEqualTo(24);
    }
  }

  @Test
  void higherPriorityRunsFirstThenEarlierArrival() {
    List<String> order = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(1, 64))) {
      for (String name : List.of("a0", "b5", "c0", "d5", "e-1")) {
        int priority = Integer.parseInt(name.substring(1));
        engine.submit(
            greedy(counting(0, 3), 1, priority),
            event -> {
              if (event instanceof GenerationEvent.Finished) {
                order.add(name);
              }
            });
      }
      engine.runUntilIdle();
    }
    assertThat(order).containsExactly("b5", "d5", "a0", "c0", "e-1");
  }

  @Test
  void staticBatchingLetsNobodyJoinARunningBatch() {
    EngineConfig config = CONFIG.withBatch(4, 64).withContinuousBatching(false);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      engine.submit(greedy(counting(0, 3), 2));
      Recorder slow = engine.submit(greedy(counting(5, 3), 10));
      engine.step();
      Recorder late = engine.submit(greedy(counting(9, 3), 2));
      while (!slow.hasEnded()) {
        assertThat(late.ids()).isEmpty();
        engine.step();
      }
      engine.runUntilIdle();
      assertThat(late.ids()).isEqualTo(alone(greedy(counting(9, 3), 2)));
    }
  }

  @Test
  void contiguousPlacesHoldAWholeContextFromTheFirstStepAndShareNothing() {
    EngineConfig config =
        CONFIG.withBatch(4, 64).withKvBytes(2 * 256 * 8).withKvStrategy(KvStrategy.CONTIGUOUS);
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        recorders.add(engine.submit(greedy(counting(0, 20), 9)));
      }
      engine.step();
      assertThat(engine.stats().running()).isEqualTo(2);
      assertThat(engine.stats().kvUsage()).isEqualTo(1);
      engine.runUntilIdle();
      for (Recorder recorder : recorders) {
        assertThat(recorder.ids()).isEqualTo(alone(greedy(counting(0, 20), 9)));
        assertThat(recorder.finished().usage().cachedTokens()).isZero();
      }
      assertThat(engine.stats().preemptions()).isZero();
    }
  }

  @Test
  void aFullQueueRefusesUntilThereIsRoomAgain() {
    try (SteppedEngine engine =
        new SteppedEngine(model, CONFIG.withBatch(1, 64).withMaxWaiting(1))) {
      engine.submit(greedy(counting(0, 3), 2));
      engine.submit(greedy(counting(0, 3), 2));
      assertThatThrownBy(() -> engine.submit(greedy(counting(0, 3), 2)))
          .isInstanceOf(EngineBusyException.class)
          .hasMessage("queue: full (expected: at most 2 generations in flight, 1 of them running)");
      assertThat(engine.stats().waiting()).isEqualTo(2);
      engine.runUntilIdle();
      engine.submit(greedy(counting(0, 3), 2));
      engine.runUntilIdle();
    }
  }

  /** Four places, three of them taken. */
  @Test
  void allAreQueuedOrNone() {
    try (SteppedEngine engine =
        new SteppedEngine(model, CONFIG.withBatch(1, 64).withMaxWaiting(3))) {
      Admission door = engine.loop.admission();
      Submission one = new Submission(greedy(counting(0, 3), 2), event -> {});
      Submission wrong = new Submission(greedy(new int[0], 2), event -> {});
      assertThat(door.submitAll(Collections.nCopies(3, one))).hasSize(3);
      assertThatThrownBy(() -> door.submitAll(List.of(one, one)))
          .isInstanceOf(EngineBusyException.class);
      assertThatThrownBy(() -> door.submitAll(List.of(one, wrong)))
          .hasMessageStartingWith("prompt: 0 tokens");
      assertThatThrownBy(() -> door.submitAll(Collections.nCopies(5, one)))
          .hasMessage("generations: 5 (expected: 1 to 4)");
      assertThat(engine.stats().waiting()).isEqualTo(3);
      engine.submit(one.request());
      engine.runUntilIdle();
      assertThat(door.submitAll(Collections.nCopies(4, one))).hasSize(4);
      engine.runUntilIdle();
      assertThat(engine.stats().generatedTokens()).isEqualTo(8 * 2);
    }
  }

  @Test
  void cancelTakesEffectInTheNextStepWhereverTheGenerationIs() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(1, 64))) {
      Recorder running = new Recorder();
      Generation first = engine.submit(greedy(counting(0, 3), 50), running);
      Recorder waiting = new Recorder();
      Generation second = engine.submit(greedy(counting(0, 3), 50), waiting);
      Recorder unseen = new Recorder();
      engine.step();
      engine.submit(greedy(counting(0, 3), 50), unseen).cancel();
      first.cancel();
      first.cancel();
      second.cancel();
      engine.step();
      assertThat(running.finished()).isEqualTo(finished(FinishReason.CANCELLED, 3, 0, 1));
      assertThat(waiting.finished()).isEqualTo(finished(FinishReason.CANCELLED, 3, 0, 0));
      assertThat(unseen.finished()).isEqualTo(finished(FinishReason.CANCELLED, 3, 0, 0));
      assertThat(engine.stats().kvBlocksUsed()).isZero();
      first.cancel();
      assertThat(engine.step()).isFalse();
    }
  }

  private List<Integer> alone(GenerationRequest request) {
    return SteppedEngine.alone(model, request);
  }

  private static GenerationEvent.Finished finished(
      FinishReason reason, int prompt, int cached, int completion) {
    return new GenerationEvent.Finished(
        reason, new GenerationEvent.Usage(prompt, cached, completion));
  }
}
