package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.ReasoningRules.Stop;
import io.tokenlane.engine.reason.ThinkingEnd;
import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.sample.TokenMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reasoning that is watched, on the demo model, which checks its sums over and over. */
@ExtendWith(EngineInvariants.class)
final class ReasoningControlTest {
  private static final int MANY = ReasoningRules.UNLIMITED;
  private static final DemoChats DEMO = new DemoChats();
  private static final String SUM = "Work out 9 + 6 + 9.";
  private static final String STEPS = "<think>\nStep 1: 9 + 6 = 15.\nStep 2: 15 + 9 = 24.\n";
  private static final String CHECK = "Check: 15 + 9 = 24.\n";
  private static final String END = "</think>\n24<|im_end|>";

  @AfterAll
  static void close() {
    DEMO.close();
  }

  private static Recorder run(GenerationRequest request) {
    return SteppedEngine.recordAlone(DEMO.model, request);
  }

  private static Recorder run(ReasoningRules rules) {
    return run(DEMO.ask(SUM, SamplingParams.GREEDY).with(DEMO.watched(rules)));
  }

  private static ThinkingReport report(Recorder recorder) {
    return Objects.requireNonNull(recorder.finished().thinking());
  }

  @Test
  void withoutLimitsTheModelEndsIt() {
    Recorder plain = run(DEMO.ask(SUM, SamplingParams.GREEDY));
    Recorder watched = run(ReasoningRules.NONE);
    assertThat(DEMO.text(plain.ids())).isEqualTo(STEPS + CHECK.repeat(4) + END);
    assertThat(watched.texts()).isEqualTo(plain.texts());
    assertThat(plain.finished().thinking()).isNull();
    assertThat(report(watched).end()).isEqualTo(ThinkingEnd.MODEL);
    assertThat(report(watched).steps()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5})
  void stepsAreCounted(int most) {
    Recorder recorder = run(new ReasoningRules(most, 0, MANY, Stop.OFF, 1, 1));
    String text = DEMO.text(recorder.ids());
    String chain = text.substring(0, text.indexOf("</think>"));
    assertThat(chain.lines().filter(line -> line.endsWith("."))).hasSize(most);
    assertThat(text).endsWith("<|im_end|>");
    assertThat(report(recorder).end()).isEqualTo(ThinkingEnd.MAX_STEPS);
    assertThat(report(recorder).steps()).isEqualTo(most);
    assertThat(recorder.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(recorder.finished().usage().completionTokens()).isEqualTo(recorder.ids().size());
  }

  /** Whatever the budget is, the chain ends behind a whole step, within it. */
  @Test
  void everyBudgetLandsOnABorder() {
    for (int budget = 0; budget < 70; budget++) {
      Recorder recorder = run(new ReasoningRules(MANY, 0, budget, Stop.OFF, 1, 1));
      String text = DEMO.text(recorder.ids());
      int close = text.indexOf("</think>");
      String chain = text.substring(0, close);
      assertThat(chain).as("budget %d", budget).matches("<think>(\n(.*\\.\n)*)?");
      ThinkingReport report = report(recorder);
      assertThat(report.tokens()).isLessThanOrEqualTo(Math.max(2, budget));
      int closing = recorder.ids().indexOf(DEMO.tokenizer.id("</think>").orElseThrow());
      assertThat(report.tokens()).isEqualTo(closing + 1);
      assertThat(report.steps())
          .isEqualTo((int) chain.lines().filter(l -> l.endsWith(".")).count());
      assertThat(report.end())
          .isEqualTo(budget <= report.tokens() + 20 ? ThinkingEnd.MAX_TOKENS : report.end());
      assertThat(recorder.finished().usage().completionTokens()).isEqualTo(recorder.ids().size());
    }
  }

  /** Wherever the answer's own limit falls, within a tag too, what is shown is what is counted. */
  @Test
  void aTagOfSeveralTokensEndsWhereTheAnswerDoes() {
    ReasoningFormat format = new ReasoningFormat("<think>", "</that was all>", "\n", 8);
    ReasoningRules oneStep = new ReasoningRules(1, 0, MANY, Stop.OFF, 1, 1);
    for (int most = 1; most < 60; most++) {
      GenerationRequest request = DEMO.ask(SUM, SamplingParams.GREEDY, most);
      Recorder recorder = run(request.with(DEMO.watched(oneStep, format)));
      assertThat(recorder.ids()).as("at most %d", most).hasSizeLessThanOrEqualTo(most);
      assertThat(recorder.finished().usage().completionTokens()).isEqualTo(recorder.ids().size());
    }
  }

  /** Tokens that are taken back leave nothing in blocks that others find. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7})
  void whatIsTakenBackIsNobodysPrefix(int blockSize) {
    EngineConfig config = EngineConfig.defaults().withBlockSize(blockSize);
    GenerationRequest plain = DEMO.ask(SUM, SamplingParams.GREEDY);
    Recorder expected = run(plain);
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, config)) {
      for (int budget = 10; budget < 60; budget += 3) {
        ReasoningRules rules = new ReasoningRules(MANY, 0, budget, Stop.CONFIDENT, 0.3f, 3);
        GenerationRequest request = plain.with(DEMO.watched(rules));
        Recorder recorder = engine.submit(request);
        engine.runUntilIdle();
        assertThat(recorder.texts()).isEqualTo(run(request).texts());
      }
      int answer = expected.ids().size();
      for (int kept = 1; kept < answer; kept += 5) {
        int[] prompt = Arrays.copyOf(plain.prompt(), plain.prompt().length + kept);
        for (int i = 0; i < kept; i++) {
          prompt[plain.prompt().length + i] = expected.ids().get(i);
        }
        Recorder rest = engine.submit(Requests.greedy(prompt, answer - kept));
        engine.runUntilIdle();
        assertThat(rest.ids()).isEqualTo(expected.ids().subList(kept, answer));
      }
    }
  }

  /** A mask that permits anything and counts the tokens that it was told of. */
  private static final class Counting implements TokenMask {
    private final long[] all = new long[Math.ceilDiv(DEMO.model.config().vocabularySize(), 64)];
    private int held;

    private Counting() {
      Arrays.fill(all, -1);
    }

    @Override
    public long[] permitted() {
      return all;
    }

    @Override
    public void accept(int token) {
      held++;
    }

    @Override
    public void takeBack(int count) {
      held -= count;
    }
  }

  /** A mask that steers by the tokens left would steer too early if it counted what is no more. */
  @ParameterizedTest
  @EnumSource(Stop.class)
  void aMaskCountsWhatTheGenerationHolds(Stop stop) {
    int dropped = 0;
    for (int budget = 2; budget < 70; budget += 3) {
      Counting mask = new Counting();
      GenerationRequest plain = DEMO.ask(SUM, SamplingParams.GREEDY);
      GenerationRequest masked =
          new GenerationRequest(
              plain.prompt(),
              plain.maxTokens(),
              plain.sampling(),
              plain.stopTokens(),
              -1,
              0,
              "",
              mask);
      ReasoningRules rules = new ReasoningRules(MANY, 0, budget, stop, 0.3f, 2);
      Recorder recorder = run(masked.with(DEMO.watched(rules)));
      assertThat(mask.held).as("budget %d", budget).isEqualTo(recorder.ids().size());
      dropped += report(recorder).droppedTokens();
    }
    assertThat(dropped).isPositive();
  }

  @Test
  void sureOfItsAnswerItStopsAtTheLastStep() {
    Recorder recorder = run(new ReasoningRules(MANY, 0, MANY, Stop.CONFIDENT, 0.3f, 1));
    assertThat(DEMO.text(recorder.ids())).isEqualTo(STEPS + END);
    assertThat(report(recorder).end()).isEqualTo(ThinkingEnd.CONFIDENT);
    assertThat(report(recorder).trials()).isEqualTo(1);
    assertThat(report(recorder).trialTokens()).isBetween(3, 9);
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "3, 4"})
  void patienceWantsTheSameAnswerAgain(int patience, int steps) {
    Recorder recorder = run(new ReasoningRules(MANY, 0, MANY, Stop.CONFIDENT, 0.3f, patience));
    assertThat(report(recorder).steps()).isEqualTo(steps);
    assertThat(report(recorder).trials()).isEqualTo(patience);
    assertThat(DEMO.text(recorder.ids())).isEqualTo(STEPS + CHECK.repeat(steps - 2) + END);
  }

  @ParameterizedTest
  @CsvSource({"0.79, 1, 0, 3", "0.79, 2, 0, 4", "0.79, 1, 5, 5"})
  void stepsThatSayTheSameEndIt(float threshold, int patience, int least, int steps) {
    Recorder recorder =
        run(new ReasoningRules(MANY, least, MANY, Stop.CONVERGED, threshold, patience));
    assertThat(report(recorder).end()).isEqualTo(ThinkingEnd.CONVERGED);
    assertThat(report(recorder).steps()).isEqualTo(steps);
    assertThat(DEMO.text(recorder.ids())).isEqualTo(STEPS + CHECK.repeat(steps - 2) + END);
  }

  /** Trials leave no trace: neither in the KV cache nor in what is drawn, sampled or not. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 2, 3})
  void trialsThatFailChangeNothing(long seed) {
    SamplingParams sampling =
        seed < 0
            ? SamplingParams.GREEDY
            : new SamplingParams(1, 0, 1, 0, 0.1f, 0.1f, 1.05f, Map.of(), seed);
    GenerationRequest plain = DEMO.ask(SUM, sampling);
    ReasoningRules rules = new ReasoningRules(MANY, 0, MANY, Stop.CONFIDENT, 0.1f, 100);
    Recorder tried = run(plain.with(DEMO.watched(rules)));
    assertThat(tried.texts()).isEqualTo(run(plain).texts());
    assertThat(report(tried).trials()).isPositive();
  }

  @Test
  void bordersAreTheModelsOwn() {
    ReasoningFormat sentences = new ReasoningFormat("<think>", "</think>", "=", 8);
    ReasoningRules rules = new ReasoningRules(1, 0, MANY, Stop.OFF, 1, 1);
    Recorder recorder =
        run(DEMO.ask(SUM, SamplingParams.GREEDY).with(DEMO.watched(rules, sentences)));
    assertThat(DEMO.text(recorder.ids())).startsWith("<think>\nStep 1: 9 + 6 =</think>");
  }

  @Test
  void answersWithoutReasoningAreLeftAlone() {
    GenerationRequest plain = DEMO.ask("What is the capital of Peru?", SamplingParams.GREEDY);
    ReasoningRules rules = new ReasoningRules(1, 0, 5, Stop.CONFIDENT, 0.3f, 1);
    Recorder recorder = run(plain.with(DEMO.watched(rules)));
    assertThat(recorder.texts()).isEqualTo(run(plain).texts());
    assertThat(recorder.finished().thinking()).isNull();
  }

  @Test
  void unfinishedReasoningShowsAllItHas() {
    ReasoningRules rules = new ReasoningRules(MANY, 0, 100, Stop.OFF, 1, 1);
    GenerationRequest plain = DEMO.ask(SUM, SamplingParams.GREEDY, 10);
    Recorder recorder = run(plain.with(DEMO.watched(rules)));
    assertThat(recorder.texts()).isEqualTo(run(plain).texts());
    assertThat(recorder.finished().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(report(recorder).end()).isEqualTo(ThinkingEnd.UNFINISHED);
  }

  /** Beside others, put back and resumed, on shared blocks: each says what it says alone. */
  @Test
  void neighboursChangeNothing() {
    SplittableRandom random = new SplittableRandom(8);
    List<ReasoningRules> kinds =
        List.of(
            new ReasoningRules(MANY, 0, MANY, Stop.CONFIDENT, 0.3f, 2),
            new ReasoningRules(MANY, 0, MANY, Stop.CONVERGED, 0.9f, 1),
            new ReasoningRules(3, 0, 40, Stop.OFF, 1, 1),
            new ReasoningRules(MANY, 2, 60, Stop.CONFIDENT, 0.35f, 1));
    EngineConfig config =
        EngineConfig.defaults().withBlockSize(4).withKvBlocks(70).withBatch(6, 40);
    List<GenerationRequest> requests = new ArrayList<>();
    List<Recorder> recorders = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(DEMO.model, config)) {
      for (int i = 0; i < 24; i++) {
        int a = random.nextInt(1, 20);
        SamplingParams sampling = i % 3 == 0 ? SamplingParams.GREEDY : Requests.sampled(i);
        GenerationRequest request = DEMO.ask("What is %d + %d + 4?".formatted(a, a / 2), sampling);
        requests.add(
            i % 5 == 0 ? request : request.with(DEMO.watched(kinds.get(i % kinds.size()))));
        recorders.add(engine.submit(requests.getLast()));
        engine.step();
      }
      engine.runUntilIdle();
      assertThat(engine.stats().preemptions()).isPositive();
    }
    for (int i = 0; i < requests.size(); i++) {
      assertThat(recorders.get(i).texts()).as("%d", i).isEqualTo(run(requests.get(i)).texts());
      assertThat(recorders.get(i).finished().thinking())
          .isEqualTo(run(requests.get(i)).finished().thinking());
    }
  }
}
