package io.tokenlane.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SamplerTest {
  private static final float[] LOGITS = {1, 2.5f, -1, 2.4f, 0, -3};
  private static final int[] NONE = {};

  static final Arguments[] GREEDY = {
    greedy("largest", params(0, 0, 0, 1, Map.of()), NONE, NONE, 1),
    greedy("bias", params(0, 0, 0, 1, Map.of(5, 100f)), NONE, NONE, 5),
    greedy("negative bias", params(0, 0, 0, 1, Map.of(1, -100f)), NONE, NONE, 3),
    greedy("presence", params(0, 0, 0.2f, 1, Map.of()), NONE, ids(1), 3),
    greedy("presence ignores the prompt", params(0, 0, 0.2f, 1, Map.of()), ids(1), NONE, 1),
    greedy("presence counts once", params(0, 0, 0.06f, 1, Map.of()), NONE, ids(1, 1, 1), 1),
    greedy("frequency counts each", params(0, 0.06f, 0, 1, Map.of()), NONE, ids(1, 1, 1), 3),
    greedy("frequency once", params(0, 0.06f, 0, 1, Map.of()), NONE, ids(1), 1),
    greedy("repetition knows the prompt", params(0, 0, 0, 1.1f, Map.of()), ids(1), NONE, 3),
    greedy("repetition knows the output", params(0, 0, 0, 1.1f, Map.of()), NONE, ids(1), 3),
    greedy("repetition below 1 rewards", params(0, 0, 0, 0.3f, Map.of()), ids(0), NONE, 0),
    greedy("negative logits multiply", params(0, 0, 0, 2, Map.of(0, -99f)), ids(1, 3), NONE, 1),
    greedy("an extreme repetition", params(0, 0, 0, 1e-38f, Map.of()), ids(1, 3), NONE, 1),
  };

  @ParameterizedTest(name = "{0}")
  @FieldSource("GREEDY")
  void greedyTakesTheLargestAdjustedLogit(
      String name, SamplingParams params, int[] prompt, int[] output, int expected) {
    SamplingState state = state(params, -1, prompt, output, 0);
    Draw.Token token = (Draw.Token) new Sampler(6).sample(state, LOGITS, 0);
    assertThat(token.id()).as(name).isEqualTo(expected);
    assertThat(token.logprob()).isNaN();
    assertThat(token.topIds()).isEmpty();
  }

  @Test
  void aTokenThatWasTakenBackIsPenalisedNoMore() {
    SamplingParams params = params(0, 0.5f, 0.5f, 1.5f, Map.of());
    SamplingState state = state(params, -1, ids(3), ids(1, 3, 3), 0);
    for (int token : ids(1, 3, 3)) {
      state.forget(token);
    }
    int[] seen = new int[state.seenCapacity()];
    int[] generated = new int[state.seenCapacity()];
    assertThat(state.seen(seen, generated)).isEqualTo(1);
    assertThat(seen[0]).isEqualTo(3);
    assertThat(generated[0]).isZero();
    assertThat(((Draw.Token) new Sampler(6).sample(state, LOGITS, 0)).id()).isEqualTo(1);
    IntStream.range(100, 400).forEach(state::generated);
    assertThat(state.seen(new int[state.seenCapacity()], new int[state.seenCapacity()]))
        .as("after the table has grown")
        .isEqualTo(302);
  }

  @Test
  void theLowestOfEqualIdsWins() {
    SamplingState state = state(SamplingParams.GREEDY, 2, NONE, NONE, 0);
    Draw.Token token = (Draw.Token) new Sampler(4).sample(state, new float[] {0, 3, 3, 3}, 0);
    assertThat(token.id()).isEqualTo(1);
    assertThat(token.topIds()).containsExactly(1, 2);
  }

  /**
   * Draws follow the plain distribution: nothing outside its support, and Pearson's chi-square
   * below what chance passes once in a billion.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void drawsFollowTheDocumentedDistribution(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int vocabulary = random.nextInt(2, 16);
    float[] logits = new float[vocabulary + 3];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextDouble(-3, 3);
    }
    SamplingParams params = randomParams(random, vocabulary);
    int[] prompt = random.ints(3, 0, vocabulary).toArray();
    int[] output = random.ints(random.nextInt(4), 0, vocabulary).toArray();
    double[] expected =
        SamplingOracle.distribution(
            Arrays.copyOfRange(logits, 3, logits.length), params, prompt, output);
    int draws = 20_000;
    int[] counts = new int[vocabulary];
    Sampler sampler = new Sampler(vocabulary);
    for (int i = 0; i < draws; i++) {
      SamplingState state = state(params, -1, prompt, output, random.nextLong());
      counts[((Draw.Token) sampler.sample(state, logits, 3)).id()]++;
    }
    assertChiSquare(counts, expected, draws, "seed " + seed + " " + params);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 0.7f, 2})
  void logprobsAreThoseOfTheUnmodifiedLogits(float temperature) {
    SamplingParams params = params(temperature, 1.5f, -1, 1.3f, Map.of(5, 90f));
    SamplingState state = state(params, 3, ids(1), ids(0), 5);
    Draw.Token token = (Draw.Token) new Sampler(6).sample(state, LOGITS, 0);
    double[] p =
        SamplingOracle.softmax(IntStream.range(0, 6).mapToDouble(i -> LOGITS[i]).toArray(), 1);
    assertThat(token.id()).isEqualTo(5);
    assertThat(token.logprob()).isCloseTo((float) Math.log(p[5]), within(1e-6f));
    assertThat(token.topIds()).containsExactly(1, 3, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(token.topLogprobs()[i])
          .isCloseTo((float) Math.log(p[token.topIds()[i]]), within(1e-6f));
    }
  }

  @Test
  void noAlternativesAndMoreThanThereAre() {
    Sampler sampler = new Sampler(6);
    SamplingState none = state(SamplingParams.GREEDY, 0, NONE, NONE, 0);
    Draw.Token alone = (Draw.Token) sampler.sample(none, LOGITS, 0);
    assertThat(alone.logprob()).isNegative();
    assertThat(alone.topIds()).isEmpty();
    SamplingState many = state(SamplingParams.GREEDY, 20, NONE, NONE, 0);
    assertThat(((Draw.Token) sampler.sample(many, LOGITS, 0)).topIds())
        .containsExactly(1, 3, 0, 4, 2, 5);
  }

  @Test
  void aSeedRepeatsItsDrawsAndOthersDiffer() {
    SamplingParams seeded = new SamplingParams(2, 0, 1, 0, 0, 0, 1, Map.of(), 42L);
    SamplingParams free = new SamplingParams(2, 0, 1, 0, 0, 0, 1, Map.of(), null);
    assertThat(draws(seeded, 1)).isEqualTo(draws(seeded, 2));
    assertThat(draws(free, 42)).isEqualTo(draws(seeded, 1));
    assertThat(draws(free, 1)).isNotEqualTo(draws(free, 2));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void logitsThatAreNotFiniteAreUnusable(float broken) {
    float[] logits = {0, 9, 9, broken, 9};
    SamplingState state = state(SamplingParams.GREEDY, 1, NONE, NONE, 0);
    assertThat(new Sampler(3).sample(state, logits, 2))
        .isEqualTo(new Draw.Unusable("logit of token 1: " + broken + " (expected: finite)"));
  }

  @Test
  void veryLowTemperatureIsGreedyAndNeverOverflows() {
    SamplingParams params = params(1e-30f, 0, 0, 1, Map.of());
    for (long seed = 0; seed < 100; seed++) {
      SamplingState state = state(params, -1, NONE, NONE, seed);
      assertThat(((Draw.Token) new Sampler(6).sample(state, LOGITS, 0)).id()).isEqualTo(1);
    }
  }

  private static int[] draws(SamplingParams params, long seed) {
    SamplingState state = new SamplingState(params, -1, NONE, seed);
    Sampler sampler = new Sampler(6);
    return IntStream.range(0, 64)
        .map(i -> ((Draw.Token) sampler.sample(state, LOGITS, 0)).id())
        .toArray();
  }

  private static SamplingParams randomParams(SplittableRandom random, int vocabulary) {
    return new SamplingParams(
        (float) random.nextDouble(0.3, 2),
        random.nextInt(vocabulary + 2),
        random.nextBoolean() ? 1 : (float) random.nextDouble(0.1, 1),
        random.nextBoolean() ? 0 : (float) random.nextDouble(0, 0.5),
        (float) random.nextDouble(-1, 1),
        (float) random.nextDouble(-1, 1),
        random.nextBoolean() ? 1 : (float) random.nextDouble(0.7, 1.5),
        Map.of(random.nextInt(vocabulary), (float) random.nextDouble(-2, 2)),
        null);
  }

  private static void assertChiSquare(int[] counts, double[] expected, int draws, String where) {
    double chiSquare = 0;
    for (int id = 0; id < counts.length; id++) {
      if (expected[id] == 0) {
        assertThat(counts[id]).as("draws of %d, %s", id, where).isZero();
      } else {
        double difference = counts[id] - expected[id] * draws;
        chiSquare += difference * difference / (expected[id] * draws);
      }
    }
    // The 1e-9 quantile of chi-square with 15 degrees of freedom, the most there are here.
    assertThat(chiSquare).as(where).isLessThan(74);
  }

  private static SamplingState state(
      SamplingParams params, int topLogprobs, int[] prompt, int[] output, long seed) {
    SamplingState state = new SamplingState(params, topLogprobs, prompt, seed);
    for (int token : output) {
      state.generated(token);
    }
    return state;
  }

  private static SamplingParams params(
      float temperature,
      float frequency,
      float presence,
      float repetition,
      Map<Integer, Float> bias) {
    return new SamplingParams(temperature, 0, 1, 0, frequency, presence, repetition, bias, null);
  }

  private static int[] ids(int... ids) {
    return ids;
  }

  private static Arguments greedy(
      String name, SamplingParams params, int[] prompt, int[] output, int expected) {
    return Arguments.of(name, params, prompt, output, expected);
  }
}
