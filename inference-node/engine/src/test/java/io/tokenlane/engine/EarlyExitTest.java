package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.EarlyExit.Mode;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.ReasoningRules.Stop;
import io.tokenlane.engine.run.Effort;
import io.tokenlane.engine.sample.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that take less than a pass each, on the demo model, whose middle layers can speak. */
@ExtendWith(EngineInvariants.class)
final class EarlyExitTest {
  private static final DemoChats DEMO = new DemoChats();
  private static final int LAYERS = DEMO.model.config().layers();
  private static final EarlyExit SURE = new EarlyExit(Mode.THRESHOLD, 0.9f, 3, 1, List.of());
  private static final EarlyExit EXACT = new EarlyExit(Mode.EXACT, 0.5f, 3, 1, List.of());
  private static final List<String> QUESTIONS =
      List.of(
          "Work out 9 + 6 + 9.",
          "What is the capital of Peru?",
          "Return a JSON object with name, age from this text: Pia (58) moved to Jakarta to become"
              + " a farmer.",
          "Tell me a story.",
          "Reverse this list: grape, kiwi, peach",
          "8 + 9 - 5 = ?");

  @AfterAll
  static void close() {
    DEMO.close();
  }

  private static Recorder alone(GenerationRequest request) {
    return SteppedEngine.recordAlone(DEMO.model, request);
  }

  private static Effort.Counts effort(Recorder recorder) {
    return recorder.finished().usage().effort();
  }

  private static List<GenerationRequest> mixed() {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < QUESTIONS.size() * 2; i++) {
      SamplingParams sampling = i % 2 == 0 ? SamplingParams.GREEDY : Requests.sampled(i);
      requests.add(DEMO.ask(QUESTIONS.get(i / 2), sampling, 90));
    }
    return requests;
  }

  /** A threshold that no layer reaches: the same to the bit. Asking changes nothing. */
  @Test
  void whoNeverLeavesSaysTheSame() {
    EarlyExit never = new EarlyExit(Mode.THRESHOLD, 1, 1, 100, List.of());
    for (GenerationRequest request : mixed()) {
      Recorder recorder = alone(request.with(never));
      assertThat(recorder.texts()).isEqualTo(alone(request).texts());
      assertThat(effort(recorder).exited()).isZero();
      assertThat(effort(recorder).layers()).isEqualTo(LAYERS * effort(recorder).rows());
    }
  }

  @Test
  void whoIsSureLeavesEarly() {
    Recorder recorder = alone(DEMO.ask(QUESTIONS.getFirst(), SamplingParams.GREEDY).with(SURE));
    assertThat(DEMO.text(recorder.ids())).endsWith("</think>\n24<|im_end|>");
    Effort.Counts effort = effort(recorder);
    assertThat(effort.rows()).isEqualTo(recorder.ids().size());
    assertThat(effort.exited()).isGreaterThan(effort.rows() / 2).isLessThan(effort.rows());
    assertThat(effort.layers()).isBetween(3 * effort.rows(), 5 * effort.rows());
  }

  @Test
  void patienceAndLeastLayersHoldRowsBack() {
    GenerationRequest request = DEMO.ask(QUESTIONS.getFirst(), SamplingParams.GREEDY);
    EarlyExit patient = new EarlyExit(Mode.THRESHOLD, 0.9f, 3, 3, List.of());
    EarlyExit deep = new EarlyExit(Mode.THRESHOLD, 0.9f, 6, 1, List.of());
    EarlyExit one =
        new EarlyExit(Mode.THRESHOLD, 0.9f, 1, 1, List.of(2f, 2f, 2f, 2f, 0.9f, 2f, 2f));
    for (EarlyExit exit : List.of(patient, deep, one)) {
      Effort.Counts effort = effort(alone(request.with(exit)));
      assertThat(effort.layers()).isGreaterThanOrEqualTo(5 * effort.rows());
      assertThat(effort.exited()).isPositive();
    }
  }

  static Stream<List<EarlyExit>> neighbours() {
    EarlyExit deeper = new EarlyExit(Mode.EXACT, 0.5f, 5, 1, List.of());
    return Stream.of(List.of(SURE, EarlyExit.OFF, EXACT), List.of(EXACT, deeper, EarlyExit.OFF));
  }

  /**
   * Rows leave at different layers, and the batch is compacted; drafted rows go on from the layers
   * that drafted them, beside rows that did not draft: each says what it says alone.
   */
  @ParameterizedTest
  @MethodSource("neighbours")
  void neighboursChangeNothing(List<EarlyExit> kinds) {
    List<GenerationRequest> requests = mixed();
    EngineConfig config = EngineConfig.defaults().withBatch(8, 64).withPrefixReuse(false);
    List<Recorder> recorders = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, config)) {
      for (int i = 0; i < requests.size(); i++) {
        recorders.add(engine.submit(requests.get(i).with(kinds.get(i % 3))));
        engine.step();
      }
      engine.runUntilIdle();
      assertThat(engine.stats().preemptions()).isZero();
    }
    for (int i = 0; i < requests.size(); i++) {
      Recorder alone = alone(requests.get(i).with(kinds.get(i % 3)));
      assertThat(recorders.get(i).texts()).as("%d", i).isEqualTo(alone.texts());
    }
  }

  /** Keys and values of skipped layers are found by those that skip in the same way only. */
  @Test
  void fullDepthNeverReadsWhatWasSkipped() {
    EngineConfig config = EngineConfig.defaults().withBlockSize(4);
    GenerationRequest first = DEMO.ask(QUESTIONS.getFirst(), SamplingParams.GREEDY, 60).with(SURE);
    int prompt = first.prompt().length;
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, config)) {
      Recorder shallow = run(engine, first);
      int[] longer =
          IntStream.concat(
                  Arrays.stream(first.prompt()), shallow.ids().stream().mapToInt(Integer::intValue))
              .toArray();
      GenerationRequest next = Requests.greedy(longer, 20);
      EarlyExit other = new EarlyExit(Mode.THRESHOLD, 0.8f, 3, 1, List.of());
      assertThat(cached(run(engine, next.with(SURE)))).isGreaterThan(prompt + 40);
      assertThat(cached(run(engine, next.with(other)))).isBetween(prompt - 4, prompt);
      try (SteppedEngine fresh = new SteppedEngine(DEMO.model, config)) {
        run(fresh, first);
        Recorder full = run(fresh, next);
        assertThat(cached(full)).isBetween(prompt - 4, prompt);
        assertThat(full.texts()).isEqualTo(alone(next).texts());
        assertThat(cached(run(fresh, next))).isGreaterThan(prompt + 40);
      }
    }
  }

  private static Recorder run(SteppedEngine engine, GenerationRequest request) {
    Recorder recorder = engine.submit(request);
    engine.runUntilIdle();
    return recorder;
  }

  private static int cached(Recorder recorder) {
    return recorder.finished().usage().cachedTokens();
  }

  /** Greedy or sampled by a seed: the same tokens and log probabilities, to the bit. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void exactIsExact(int layers) {
    EarlyExit exit = new EarlyExit(Mode.EXACT, 0.4f, layers, 1, List.of());
    long accepted = 0;
    for (GenerationRequest request : mixed()) {
      Recorder drafted = alone(request.with(exit));
      assertThat(drafted.texts()).isEqualTo(alone(request).texts());
      assertThat(drafted.finished().reason()).isEqualTo(alone(request).finished().reason());
      accepted += effort(drafted).accepted();
    }
    assertThat(accepted).isPositive();
  }

  /**
   * Rows come in tiles of six, so that costs jump while drafts grow: wherever drafting ends, no
   * draft goes beyond a place where a rule ends the reasoning.
   */
  @Test
  void draftsEndWhereReasoningMay() {
    ReasoningRules twoSteps = new ReasoningRules(2, 0, ReasoningRules.UNLIMITED, Stop.OFF, 1, 1);
    SplittableRandom random = new SplittableRandom(1);
    PacedModel tiled =
        new PacedModel(DEMO.model, rows -> Math.ceilDiv(rows, 6) * 1_000_000L + rows * 20_000L);
    try (SteppedEngine engine = tiled.engine(EngineConfig.defaults())) {
      for (int round = 0; round < 60; round++) {
        List<GenerationRequest> requests = new ArrayList<>();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          String sum =
              "Work out %d + %d + %d."
                  .formatted(random.nextInt(10), random.nextInt(10), random.nextInt(10));
          requests.add(DEMO.ask(sum, SamplingParams.GREEDY, 120).with(DEMO.watched(twoSteps)));
          recorders.add(engine.submit(requests.getLast().with(EXACT)));
        }
        engine.runUntilIdle();
        for (int i = 0; i < 3; i++) {
          assertThat(recorders.get(i).texts())
              .as("round %d", round)
              .isEqualTo(alone(requests.get(i)).texts());
        }
      }
    }
  }

  /** What was answered before is drafted for the next of the same salt, and for nobody else. */
  @Test
  void answersHelpTheNextOfTheSameSalt() {
    // Layers draft nothing in this mode, and nobody leaves.
    EarlyExit never = new EarlyExit(Mode.THRESHOLD, 1, 1, 100, List.of());
    GenerationRequest request = DEMO.ask(QUESTIONS.get(1), SamplingParams.GREEDY).with(never);
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, EngineConfig.defaults())) {
      run(engine, request);
      run(engine, request);
      run(engine, request);
      long other = effort(run(engine, salted(request, "other"))).accepted();
      Recorder again = run(engine, request);
      // Its own text may tell a token or two: how far that is trusted is learned from all.
      assertThat(effort(again).accepted()).isGreaterThan(2 * other + 1);
      assertThat(again.texts()).isEqualTo(alone(request).texts());
    }
  }

  private static GenerationRequest salted(GenerationRequest request, String salt) {
    return new GenerationRequest(
            request.prompt(),
            request.maxTokens(),
            request.sampling(),
            request.stopTokens(),
            request.topLogprobs(),
            request.priority(),
            salt)
        .with(request.earlyExit());
  }

  /** Without seeds in common, what is drawn has the distribution of the model. */
  @Test
  void sampledDraftsHaveTheModelsDistribution() {
    SplittableRandom random = new SplittableRandom(5);
    int runs = 600;
    Map<String, int[]> counts = new HashMap<>();
    for (int i = 0; i < 2 * runs; i++) {
      SamplingParams sampling =
          new SamplingParams(1.5f, 0, 0.9f, 0, 0, 0, 1, Map.of(), random.nextLong());
      GenerationRequest request = DEMO.ask("Work out 3 + 4.", sampling, 4);
      Recorder recorder = alone(i < runs ? request : request.with(EXACT));
      counts.computeIfAbsent(DEMO.text(recorder.ids()), text -> new int[2])[i < runs ? 0 : 1]++;
    }
    double squares = 0;
    int kinds = 0;
    for (int[] count : counts.values()) {
      if (count[0] + count[1] >= 10) {
        double difference = count[0] - count[1];
        squares += difference * difference / (count[0] + count[1]);
        kinds++;
      }
    }
    // Chi-squared of two samples: mean kinds, standard deviation sqrt(2 kinds).
    assertThat(squares).isLessThan(kinds + 5 * Math.sqrt(2.0 * kinds));
  }

  @Test
  void refusesWhatDoesNotFitTheModel() {
    GenerationRequest request = DEMO.ask(QUESTIONS.getFirst(), SamplingParams.GREEDY);
    EarlyExit deep = new EarlyExit(Mode.EXACT, 0.5f, LAYERS, 1, List.of());
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, EngineConfig.defaults())) {
      assertThatThrownBy(() -> engine.submit(request.with(deep)))
          .hasMessageStartingWith("early_exit.min_layer: 8 (expected: 1 to 7");
    }
    assertThatThrownBy(() -> new EarlyExit(Mode.EXACT, 1.5f, 3, 1, List.of()))
        .hasMessage("early_exit.threshold: 1.5 (expected: 0 to 1)");
    assertThatThrownBy(() -> new EarlyExit(Mode.EXACT, 0.5f, 0, 1, List.of()))
        .hasMessage("early_exit.min_layer: 0 (expected: at least 1)");
  }
}
