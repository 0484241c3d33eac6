package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sequences share, and what they do not. */
@ExtendWith(EngineInvariants.class)
final class SharingTest {
  private static final int BLOCK = 4;
  private static final EngineConfig CONFIG = EngineConfig.defaults().withBlockSize(BLOCK);
  private final ToyModel model = new ToyModel(256);

  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void equalPromptsThatArriveTogetherAreComputedOnce(int stepTokens) {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(8, stepTokens))) {
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        recorders.add(engine.submit(greedy(counting(0, 42), 3)));
      }
      engine.runUntilIdle();
      assertThat(model.allRows).isEqualTo(42 + 4 * 2 + 5 * 2);
      for (Recorder recorder : recorders) {
        assertThat(recorder.ids())
            .isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 42), 3)));
      }
    }
  }

  @Test
  void oneWhoNeedsNothingThatIsBeingComputedIsNotHeldUpByThoseWhoDo() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(8, 16))) {
      engine.submit(greedy(counting(0, 62), 3));
      Recorder sameBeginning = engine.submit(greedy(counting(0, 60), 3));
      Recorder other = engine.submit(greedy(counting(30, 2), 1));
      while (!other.hasEnded()) {
        engine.step();
      }
      assertThat(sameBeginning.ids()).isEmpty();
      engine.runUntilIdle();
      assertThat(sameBeginning.finished().usage().cachedTokens()).isEqualTo(56);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 20, 21, 22, 23})
  void siblingsComputeThePromptOnceAndPartWhereTheyDraw(int promptTokens) {
    GenerationRequest[] requests = new GenerationRequest[4];
    for (int i = 0; i < requests.length; i++) {
      requests[i] =
          new GenerationRequest(counting(7, promptTokens), 6, Requests.sampled(i), Set.of(), 2, 0);
    }
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withBatch(8, 64))) {
      List<Recorder> recorders = siblings(engine, requests);
      engine.step();
      engine.step();
      // The first has computed a token more; the others own a copy of a block partly filled.
      int first = Math.ceilDiv(promptTokens + 1, BLOCK);
      int copies = promptTokens % BLOCK == 0 ? 0 : 3;
      assertThat(engine.stats().kvBlocksUsed()).isEqualTo(first + copies);
      engine.runUntilIdle();
      assertThat(model.allRows).isEqualTo(promptTokens + 3 + 4 * 5);
      for (int i = 0; i < requests.length; i++) {
        Recorder alone = SteppedEngine.recordAlone(model, requests[i]);
        assertThat(recorders.get(i).texts()).isEqualTo(alone.texts());
      }
    }
  }

  /** Whoever shares a sibling's blocks asked the index for nothing, whether there is one or not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatSiblingsShareIsNoHit(boolean reuse) {
    GenerationRequest[] requests = new GenerationRequest[3];
    Arrays.fill(requests, greedy(counting(7, 22), 3));
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG.withPrefixReuse(reuse))) {
      siblings(engine, requests);
      engine.runUntilIdle();
      assertThat(engine.stats().forkedTokens()).isEqualTo(2 * 21);
      assertThat(engine.stats().prefixHits()).isZero();
      siblings(engine, requests);
      engine.runUntilIdle();
      EngineStats stats = engine.stats();
      assertThat(stats.promptTokens()).isEqualTo(6 * 22);
      assertThat(stats.forkedTokens()).isEqualTo(4 * 21);
      assertThat(stats.prefixQueries()).isEqualTo(reuse ? 2 * 22 : 0);
      assertThat(stats.prefixHits()).isEqualTo(reuse ? 20 : 0);
      long computed = stats.promptTokens() - stats.forkedTokens() - stats.prefixHits();
      assertThat(model.allRows).isEqualTo(computed + 6 * 2);
    }
  }

  @Test
  void aSiblingHasTheSamePromptSaltAndEarlyExit() {
    EarlyExit early = new EarlyExit(EarlyExit.Mode.THRESHOLD, 0.9f, 1, 1, List.of());
    Submission first = new Submission(greedy(counting(0, 5), 1), event -> {});
    assertThat(new Submission(greedy(counting(0, 5), 3), event -> {}).beginsAs(first)).isTrue();
    for (GenerationRequest other :
        List.of(
            greedy(counting(1, 5), 1),
            salted(counting(0, 5), "other"),
            greedy(counting(0, 5), 1).with(early))) {
      assertThat(new Submission(other, event -> {}).beginsAs(first)).isFalse();
    }
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      siblings(
          engine,
          greedy(counting(0, 5), 2),
          salted(counting(0, 5), "other"),
          greedy(counting(0, 5), 2),
          greedy(counting(0, 5), 2));
      engine.runUntilIdle();
      assertThat(engine.stats().forkedTokens()).isEqualTo(4);
    }
  }

  @Test
  void differentSaltsShareNothingAndEqualOnesDo() {
    try (SteppedEngine engine = new SteppedEngine(model, CONFIG)) {
      List<Integer> cached = new ArrayList<>();
      for (String salt : List.of("", "a", "b", "a", "")) {
        Recorder recorder = engine.submit(salted(counting(0, 21), salt));
        engine.runUntilIdle();
        cached.add(recorder.finished().usage().cachedTokens());
        assertThat(recorder.ids())
            .isEqualTo(SteppedEngine.alone(model, greedy(counting(0, 21), 2)));
      }
      assertThat(cached).containsExactly(0, 0, 0, 20, 20);
    }
  }

  private static GenerationRequest salted(int[] prompt, String salt) {
    return new GenerationRequest(prompt, 2, SamplingParams.GREEDY, Set.of(), -1, 0, salt);
  }

  private static List<Recorder> siblings(SteppedEngine engine, GenerationRequest... requests) {
    List<Recorder> recorders = new ArrayList<>();
    List<Submission> submissions = new ArrayList<>();
    for (GenerationRequest request : requests) {
      recorders.add(new Recorder());
      submissions.add(new Submission(request, recorders.getLast()));
    }
    engine.loop.admission().submitAll(submissions);
    return recorders;
  }
}
