package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a generation says depends on nothing else in the engine: not on its neighbours, chunking,
 * prefix hits, preemptions, priorities or cancels. And all it held comes back.
 */
final class BatchIndependenceTest {
  private final ToyModel model = new ToyModel(128);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomTrafficSaysWhatEachSaysAlone(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EngineConfig config = randomConfig(random);
    List<Submitted> all = new ArrayList<>();
    try (SteppedEngine engine = new SteppedEngine(model, config)) {
      int[] shared = Requests.prompt(random, 40);
      for (int i = 0; i < 120; i++) {
        all.add(submit(engine, randomRequest(random, shared)));
        for (int steps = random.nextInt(4); steps > 0; steps--) {
          engine.step();
        }
        if (random.nextInt(5) == 0) {
          all.get(random.nextInt(all.size())).generation().cancel();
        }
      }
      engine.runUntilIdle();
      for (Submitted submitted : all) {
        submitted.check(model, "seed " + seed + ", " + config);
      }
      EngineStats stats = engine.stats();
      assertThat(stats.running() + stats.waiting() + stats.kvBlocksUsed()).isZero();
    }
  }

  private static Submitted submit(SteppedEngine engine, GenerationRequest request) {
    Recorder recorder = new Recorder();
    return new Submitted(request, recorder, engine.submit(request, recorder));
  }

  private static EngineConfig randomConfig(SplittableRandom random) {
    int size = random.nextInt(1, 9);
    int blockSize = random.nextInt(1, 20);
    int blocks = Math.ceilDiv(128, blockSize) * random.nextInt(1, 4);
    return EngineConfig.defaults()
        .withBlockSize(blockSize)
        .withKvBlocks(blocks)
        .withBatch(size, size + random.nextInt(60))
        .withMaxWaiting(200)
        .withKvStrategy(random.nextInt(5) > 0 ? KvStrategy.PAGED : KvStrategy.CONTIGUOUS)
        .withPrefixReuse(random.nextInt(4) > 0)
        .withContinuousBatching(random.nextInt(4) > 0);
  }

  private static GenerationRequest randomRequest(SplittableRandom random, int[] shared) {
    int head = random.nextInt(shared.length + 1);
    int tail = random.nextInt(1, 30);
    int[] prompt = Arrays.copyOf(shared, head + tail);
    System.arraycopy(Requests.prompt(random, tail), 0, prompt, head, tail);
    SamplingParams sampling =
        random.nextBoolean() ? SamplingParams.GREEDY : Requests.sampled(random.nextLong());
    return new GenerationRequest(
        prompt,
        random.nextInt(1, 128 - prompt.length),
        sampling,
        Set.of(random.nextInt(ToyModel.VOCABULARY)),
        random.nextInt(-1, 3),
        random.nextInt(3));
  }

  private record Submitted(GenerationRequest request, Recorder recorder, Generation generation) {
    void check(ToyModel model, String where) {
      List<Integer> expected = SteppedEngine.alone(model, request);
      List<Integer> ids = recorder.ids();
      if (recorder.finished().reason() == FinishReason.CANCELLED) {
        assertThat(ids).as(where).isEqualTo(expected.subList(0, ids.size()));
      } else {
        assertThat(ids).as(where).isEqualTo(expected);
      }
      assertThat(recorder.finished().usage().completionTokens()).isEqualTo(ids.size());
    }
  }
}
