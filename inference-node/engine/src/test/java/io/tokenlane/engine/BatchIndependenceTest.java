package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.EarlyExit.Mode;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.schedule.QueueOrder;
import io.tokenlane.engine.schedule.QueueOrder.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a generation says depends on nothing else in the engine: not on its neighbours, chunking,
 * prefix hits, siblings, drafts, preemptions, priorities, budgets or cancels, nor on who draws its
 * tokens. Seeds, penalties and log probabilities are its own. And all it held comes back.
 */
@ExtendWith(EngineInvariants.class)
final class BatchIndependenceTest {
  private final ToyModel model = new ToyModel(128);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void randomTrafficSaysWhatEachSaysAlone(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EngineConfig config = randomConfig(random);
    Model running = seed % 2 == 0 ? new DrawingModel(model) : model;
    PacedModel paced = new PacedModel(running, 1000, 10_000);
    List<Submitted> all = new ArrayList<>();
    try (SteppedEngine engine = paced.engine(config)) {
      int[] shared = Requests.prompt(random, 40);
      for (int i = 0; i < 120; i++) {
        engine.nanos += random.nextLong(2_000_000_000L);
        List<GenerationRequest> requests = new ArrayList<>();
        requests.add(randomRequest(random, shared));
        for (int more = random.nextInt(8); more > 5; more--) {
          requests.add(sibling(requests.getFirst(), random));
        }
        all.addAll(submit(engine, requests));
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
    if (running instanceof DrawingModel drawing) {
      assertThat(drawing.drawn).as("seed %d", seed).isPositive();
    }
  }

  private static List<Submitted> submit(SteppedEngine engine, List<GenerationRequest> requests) {
    List<Recorder> recorders = requests.stream().map(request -> new Recorder()).toList();
    List<Submission> submissions = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      submissions.add(new Submission(requests.get(i), recorders.get(i)));
    }
    List<Generation> generations = engine.loop.admission().submitAll(submissions);
    List<Submitted> submitted = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      submitted.add(new Submitted(requests.get(i), recorders.get(i), generations.get(i)));
    }
    return submitted;
  }

  private static GenerationRequest sibling(GenerationRequest like, SplittableRandom random) {
    return new GenerationRequest(
        like.prompt(),
        random.nextInt(1, 129 - like.prompt().length),
        Requests.sampled(random.nextLong()),
        like.stopTokens(),
        random.nextInt(-1, 3),
        random.nextInt(3),
        like.cacheSalt());
  }

  private static QueueOrder randomOrder(SplittableRandom random) {
    Rule[] rules = Rule.values();
    return new QueueOrder(
        rules[random.nextInt(rules.length)],
        random.nextInt(2) * 1_000_000_000L,
        random.nextInt(1_000_000_000));
  }

  private static EngineConfig randomConfig(SplittableRandom random) {
    int size = random.nextInt(1, 9);
    int blockSize = random.nextInt(1, 20);
    int blocks = Math.ceilDiv(128, blockSize) * random.nextInt(1, 4);
    return EngineConfig.defaults()
        .withBlockSize(blockSize)
        .withKvBlocks(blocks)
        .withBatch(size, size + random.nextInt(60))
        .withMaxWaiting(400)
        .withQueueDeadlineNanos(0)
        .withQueueOrder(randomOrder(random))
        .withKvWatermark(random.nextInt(3) * 0.1)
        .withTargetItlNanos(random.nextInt(2) * random.nextLong(1, 1_000_000))
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
            random.nextInt(3),
            random.nextInt(3) > 0 ? "" : "salt" + random.nextInt(2))
        .with(
            random.nextBoolean()
                ? EarlyExit.OFF
                : new EarlyExit(Mode.EXACT, random.nextInt(3) * 0.1f, 1, 1, List.of()));
  }

  private record Submitted(GenerationRequest request, Recorder recorder, Generation generation) {
    void check(ToyModel model, String where) {
      List<String> expected = SteppedEngine.recordAlone(model, request.with(EarlyExit.OFF)).texts();
      List<String> texts = recorder.texts();
      if (recorder.finished().reason() == FinishReason.CANCELLED) {
        assertThat(texts).as(where).isEqualTo(expected.subList(0, texts.size()));
      } else {
        assertThat(texts).as(where).isEqualTo(expected);
      }
      assertThat(recorder.finished().usage().completionTokens()).isEqualTo(texts.size());
    }
  }
}
