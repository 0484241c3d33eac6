package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.Sampler;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.sample.TokenMask;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device's sampler against the host's, draw by draw. */
abstract class SamplingKit {
  private static final long SEED = 20261127;

  private final SplittableRandom random = new SplittableRandom(SEED);

  abstract BackendProvider provider();

  /** A head whose logits are these numbers, whatever row it is applied to. */
  private static Linear head(Backend backend, float[] logits) {
    int[] shape = {logits.length, 1};
    return backend.linear(
        List.of(new Tensor("head", DType.F32, shape, MemorySegment.ofArray(logits))), List.of());
  }

  private static void draw(Backend backend, float[] logits, Draws draws, int rows) {
    Batch batch = new Batch(rows, rows, 1, 1);
    for (int row = 0; row < rows; row++) {
      batch.beginSequence(new int[] {0}, 1);
      batch.addRow(0, 0, true);
    }
    float[] one = {1};
    int[] shape = {1};
    Tensor ones = new Tensor("one", DType.F32, shape, MemorySegment.ofArray(one));
    Tensor table = new Tensor("one", DType.F32, new int[] {1, 1}, MemorySegment.ofArray(one));
    Norm norm = backend.norm(ones, 0);
    Rows in = backend.rows(rows, 1);
    backend.begin(batch);
    backend.embed(backend.table(table), 1, in);
    backend.draw(in, norm, head(backend, logits), draws);
    backend.drawn(draws);
  }

  /** Coarse, so that there are equal ones: the narrower, the more. */
  private float[] logits(int count, int width) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] = Math.round(random.nextGaussian() * width) / 4f;
    }
    return logits;
  }

  private SamplingParams params(int tokens, boolean greedy) {
    Map<Integer, Float> bias = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      bias.put(random.nextInt(tokens), random.nextInt(-8, 8) / 2f);
    }
    return new SamplingParams(
        greedy ? 0 : 0.25f + random.nextFloat(),
        random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(tokens),
        random.nextBoolean() ? 1 : 0.3f + 0.7f * random.nextFloat(),
        random.nextBoolean() ? 0 : random.nextFloat() / 4,
        random.nextBoolean() ? 0 : random.nextFloat(),
        random.nextBoolean() ? 0 : random.nextFloat(),
        random.nextBoolean() ? 1 : 1 + random.nextFloat(),
        bias,
        random.nextLong());
  }

  @Test
  void drawsWhatTheHostDraws() {
    int differing = 0;
    int cases = 40;
    try (Backend backend = provider().create(new BackendOptions(2))) {
      for (int i = 0; i < cases; i++) {
        differing += checkOne(backend, logits(1 + random.nextInt(700), 12), i % 4 == 0) ? 0 : 1;
      }
    }
    // A draw that falls just between two tokens may round to either.
    assertThat(differing).isLessThanOrEqualTo(1);
  }

  /** Rows that blocks share; with so few different logits that thousands are equal, too. */
  @ParameterizedTest
  @CsvSource({"4097, 12", "9001, 12", "9001, 1", "13000, 2", "20000, 400"})
  void drawsWhatTheHostDrawsFromManyTokens(int tokens, int width) {
    int differing = 0;
    try (Backend backend = provider().create(new BackendOptions(2))) {
      for (int i = 0; i < 8; i++) {
        differing += checkOne(backend, logits(tokens, width), i % 4 == 0) ? 0 : 1;
      }
    }
    assertThat(differing).isLessThanOrEqualTo(1);
  }

  private boolean checkOne(Backend backend, float[] logits, boolean greedy) {
    int tokens = logits.length;
    SamplingParams params = params(tokens, greedy);
    int[] prompt = random.ints(random.nextInt(6), 0, tokens).toArray();
    long[] mask = random.nextInt(3) == 0 ? mask(tokens) : null;
    int top = random.nextInt(6);
    Draws draws = new Draws(3, tokens, 0);
    Draws.Row row = draws.row(1);
    fill(row, params, prompt, mask, top);
    draw(backend, logits, draws, 3);

    TokenMask permits = mask == null ? null : fixed(mask);
    SamplingState state = new SamplingState(params, top, prompt, 0, permits);
    Draw.Token expected = (Draw.Token) new Sampler(tokens).sample(state, logits, 0);
    assertThat(row.broken).isEqualTo(-1);
    assertThat(row.topIds).isEqualTo(expected.topIds());
    for (int i = 0; i < row.topIds.length; i++) {
      assertThat(row.topLogprobs[i]).isCloseTo(expected.topLogprobs()[i], within(1e-4f));
    }
    assertThat(draws.row(0).token).isEqualTo(argmax(logits));
    assertThat(draws.row(2).token).isEqualTo(argmax(logits));
    if (row.token == expected.id()) {
      assertThat(row.logprob).isCloseTo(expected.logprob(), within(1e-4f));
    }
    return row.token == expected.id();
  }

  private static void fill(
      Draws.Row row, SamplingParams params, int[] prompt, long @Nullable [] mask, int top) {
    row.temperature = params.temperature();
    row.topK = params.topK();
    row.topP = params.topP();
    row.minP = params.minP();
    row.frequencyPenalty = params.frequencyPenalty();
    row.presencePenalty = params.presencePenalty();
    row.repetitionPenalty = params.repetitionPenalty();
    row.top = top;
    row.mask = mask;
    Long seed = params.seed();
    row.share = new SplittableRandom(seed == null ? 0 : seed).nextDouble();
    row.seenIds = Arrays.stream(prompt).distinct().toArray();
    row.seenCounts = new int[row.seenIds.length];
    row.seen = params.repetitionPenalty() == 1 ? 0 : row.seenIds.length;
    row.biasIds = params.logitBias().keySet().stream().mapToInt(Integer::intValue).toArray();
    row.biases = new float[row.biasIds.length];
    for (int i = 0; i < row.biases.length; i++) {
      row.biases[i] = params.logitBias().getOrDefault(row.biasIds[i], 0f);
    }
  }

  private long[] mask(int tokens) {
    long[] words = new long[(tokens + 63) / 64];
    Arrays.setAll(words, i -> random.nextLong());
    words[0] |= 1;
    return words;
  }

  private static TokenMask fixed(long[] words) {
    return new TokenMask() {
      @Override
      public long[] permitted() {
        return words;
      }

      @Override
      public void accept(int token) {}

      @Override
      public void takeBack(int count) {}
    };
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  @Test
  void drawsInProportionToTheProbabilities() {
    float[] logits = {1, 0, -1, 2, 0.5f};
    int draws = 400;
    int[] counts = new int[logits.length];
    try (Backend backend = provider().create(new BackendOptions(1))) {
      Draws wanted = new Draws(draws, logits.length, 0);
      for (int i = 0; i < draws; i++) {
        wanted.row(i).temperature = 1;
        wanted.row(i).share = (i + 0.5) / draws;
      }
      draw(backend, logits, wanted, draws);
      for (int i = 0; i < draws; i++) {
        counts[wanted.row(i).token]++;
      }
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    for (int id = 0; id < logits.length; id++) {
      double expected = Math.exp(logits[id]) / sum * draws;
      assertThat((double) counts[id]).isCloseTo(expected, within(1.01));
    }
  }

  @Test
  void namesTheFirstLogitThatIsNotFinite() {
    float[] logits = {1, 2, Float.NaN, 3, Float.POSITIVE_INFINITY};
    try (Backend backend = provider().create(new BackendOptions(1))) {
      Draws draws = new Draws(1, logits.length, 0);
      draw(backend, logits, draws, 1);
      assertThat(draws.row(0).token).isEqualTo(-1);
      assertThat(draws.row(0).broken).isEqualTo(2);
      Draws fewer = new Draws(1, 2, 0);
      draw(backend, logits, fewer, 1);
      assertThat(fewer.row(0).token).isEqualTo(1);
    }
  }

  @Test
  void namesTheFirstOfThemInAnySlice() {
    float[] logits = logits(9001, 12);
    logits[8999] = Float.NaN;
    try (Backend backend = provider().create(new BackendOptions(1))) {
      Draws draws = new Draws(2, logits.length, 0);
      draws.row(1).temperature = 1;
      draw(backend, logits, draws, 2);
      assertThat(draws.row(0).broken).isEqualTo(8999);
      logits[5000] = Float.NEGATIVE_INFINITY;
      draw(backend, logits, draws, 2);
      assertThat(draws.row(0).broken).isEqualTo(5000);
      assertThat(draws.row(1).broken).isEqualTo(5000);
      assertThat(draws.row(1).token).isEqualTo(-1);
    }
  }
}
