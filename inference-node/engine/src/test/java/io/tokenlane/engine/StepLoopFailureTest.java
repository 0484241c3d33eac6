package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.sample.TokenMask;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

@ExtendWith(EngineInvariants.class)
final class StepLoopFailureTest {
  private static final EngineConfig CONFIG = EngineConfig.defaults().withBlockSize(4);
  private static final SamplingParams GREEDY = SamplingParams.GREEDY;
  private final ToyModel model = new ToyModel(64);

  static final Arguments[] REFUSED = {
    refused(
        greedy(new int[0], 1),
        "prompt: 0 tokens (expected: 1 to 63, context 64 less 1 to generate)"),
    refused(
        greedy(new int[64], 1),
        "prompt: 64 tokens (expected: 1 to 63, context 64 less 1 to generate)"),
    refused(
        greedy(new int[15], -3),
        "max_tokens: -3 (expected: 1 to 49, context 64 less 15 prompt tokens)"),
    refused(
        greedy(new int[15], 50),
        "max_tokens: 50 (expected: 1 to 49, context 64 less 15 prompt tokens)"),
    refused(
        greedy(new int[] {1, 64}, 1), "prompt[1]: token 64 (expected: 0 to 63, the vocabulary)"),
    refused(greedy(new int[] {-1}, 1), "prompt[0]: token -1 (expected: 0 to 63, the vocabulary)"),
    refused(
        new GenerationRequest(new int[3], 1, GREEDY, Set.of(99), -1, 0),
        "stop_tokens: token 99 (expected: 0 to 63, the vocabulary)"),
    refused(
        new GenerationRequest(new int[3], 1, GREEDY, Set.of(), 21, 0),
        "top_logprobs: 21 (expected: -1 to 20)"),
    refused(
        new GenerationRequest(
            new int[3],
            1,
            new SamplingParams(0, 0, 1, 0, 0, 0, 1, Map.of(64, 1f), null),
            Set.of(),
            -1,
            0),
        "logit_bias: token 64 (expected: 0 to 63, the vocabulary)"),
  };

  @ParameterizedTest
  @FieldSource("REFUSED")
  void aRequestThatDoesNotFitIsRefusedByName(GenerationRequest request, String message) {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      assertThatThrownBy(() -> engine.submit(request))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
      assertThat(engine.stats().waiting()).isZero();
    }
  }

  @Test
  void aKvCacheSmallerThanTheContextIsTheLimit() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withKvBlocks(5))) {
      assertThatThrownBy(() -> engine.submit(greedy(new int[15], 6)))
          .hasMessage("max_tokens: 6 (expected: 1 to 5, KV cache 20 less 15 prompt tokens)");
      Recorder recorder = engine.submit(greedy(new int[15], 5));
      engine.runUntilIdle();
      assertThat(recorder.ids()).hasSize(5);
    }
  }

  @Test
  void logitsThatAreNotNumbersFailTheirGenerationOnly() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      int[] poisoned = counting(0, 9);
      poisoned[8] = ToyModel.POISON;
      Recorder good = engine.submit(greedy(counting(0, 9), 5));
      Recorder bad = engine.submit(greedy(poisoned, 5));
      engine.runUntilIdle();
      assertThat(bad.failure()).isEqualTo("engine: logit of token 0: NaN (expected: finite)");
      assertThat(good.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 9), 5)));
    }
  }

  /** A mask that permits everything, a few times. */
  private record Faltering(AtomicInteger left, boolean accepts) implements TokenMask {
    @Override
    public long[] permitted() {
      if (!accepts && left.getAndDecrement() == 0) {
        throw new StackOverflowError();
      }
      return new long[] {-1};
    }

    @Override
    public void accept(int token) {
      if (accepts && left.getAndDecrement() == 0) {
        throw new IllegalStateException("no such place");
      }
    }

    @Override
    public void takeBack(int count) {}
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void aMaskThatFailsFailsItsGenerationOnly(boolean drawing, boolean accepts) {
    try (SteppedEngine engine =
        new SteppedEngine(drawing ? new DrawingModel(model) : model, CONFIG)) {
      TokenMask mask = new Faltering(new AtomicInteger(2), accepts);
      Recorder bad =
          engine.submit(
              new GenerationRequest(counting(3, 9), 9, GREEDY, Set.of(), -1, 0, "", mask));
      Recorder good = engine.submit(greedy(counting(0, 9), 5));
      engine.runUntilIdle();
      assertThat(bad.failure()).isEqualTo("engine: the mask failed; the log says why");
      assertThat(bad.ids()).hasSize(2);
      assertThat(good.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 9), 5)));
    }
  }

  @Test
  void aFailingModelFailsWhatRunsAndNothingItWroteIsReused() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(2, 8))) {
      Recorder running = engine.submit(greedy(counting(0, 20), 9));
      Recorder waiting = engine.submit(greedy(counting(5, 20), 9));
      engine.step();
      engine.step();
      model.failNext = true;
      engine.step();
      assertThat(running.failure()).isEqualTo("engine: the model failed; the log says why");
      engine.runUntilIdle();
      Recorder again = engine.submit(greedy(counting(0, 20), 9));
      engine.runUntilIdle();
      assertThat(again.finished().usage().cachedTokens()).isZero();
      assertThat(again.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 20), 9)));
      assertThat(waiting.hasEnded()).isTrue();
    }
  }

  @Test
  void aListenerThatThrowsLosesOnlyItsOwnGeneration() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      engine.submit(
          greedy(counting(3, 9), 50),
          event -> {
            throw new IllegalStateException("deaf");
          });
      engine.submit(
          greedy(counting(5, 9), 50),
          event -> {
            throw new AssertionError("mute");
          });
      Recorder good = engine.submit(greedy(counting(0, 9), 5));
      engine.step();
      engine.step();
      assertThat(engine.stats().running()).isEqualTo(1);
      engine.runUntilIdle();
      assertThat(good.ids()).hasSize(5);
    }
  }

  @Test
  void aStepThatFailsWhileListenersAreToldFailsItsGenerationsOnly() {
    DrawingModel drawing = new DrawingModel(model);
    try (SteppedEngine engine = new SteppedEngine(drawing, CONFIG)) {
      Recorder first = engine.submit(greedy(counting(0, 9), 9));
      engine.step();
      engine.step();
      model.failNext = true;
      engine.step();
      assertThat(first.failure()).isEqualTo("engine: the model failed; the log says why");
      assertThat(first.ids()).hasSize(2);
      Recorder again = engine.submit(greedy(counting(0, 9), 9));
      engine.runUntilIdle();
      assertThat(again.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 9), 9)));
    }
  }

  @Test
  void aListenerThatThrowsWhileItsNextTokenIsComputedLosesOnlyItsOwnGeneration() {
    DrawingModel drawing = new DrawingModel(model);
    try (SteppedEngine engine = new SteppedEngine(drawing, CONFIG)) {
      AtomicInteger heard = new AtomicInteger();
      engine.submit(
          greedy(counting(3, 9), 50),
          event -> {
            heard.incrementAndGet();
            throw new IllegalStateException("deaf");
          });
      Recorder good = engine.submit(greedy(counting(0, 9), 5));
      engine.runUntilIdle();
      assertThat(heard).hasValue(1);
      assertThat(good.ids()).isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 9), 5)));
      assertThat(engine.stats().running()).isZero();
    }
  }

  @Test
  void closingFailsEverythingAndRefusesMore() {
    SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(1, 64));
    Recorder running = engine.submit(greedy(counting(0, 3), 50));
    Recorder waiting = engine.submit(greedy(counting(0, 3), 50));
    engine.step();
    Recorder unseen = engine.submit(greedy(counting(0, 3), 50));
    engine.close();
    for (Recorder recorder : new Recorder[] {running, waiting, unseen}) {
      assertThat(recorder.failure()).isEqualTo("engine: closed");
    }
    assertThatThrownBy(() -> engine.submit(greedy(counting(0, 3), 50)))
        .isInstanceOf(EngineBusyException.class)
        .hasMessage("engine: closed");
    assertThat(engine.stats().kvBlocksUsed() + engine.stats().waiting()).isZero();
  }

  private static Arguments refused(GenerationRequest request, String message) {
    return Arguments.of(request, message);
  }
}
