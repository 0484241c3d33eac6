package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.sample.SamplingParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine on the models and backends that users run. */
final class RealModelTest {
  private static final int MAX_ROWS = 256;

  /**
   * Under mixed traffic on a cache too small for it, each generation has the tokens and, bit for
   * bit, the log probabilities that it has alone.
   */
  @ParameterizedTest
  @CsvSource({
    "vector, demo-q8, 24, FLOAT32",
    "vector, demo-q8, 12, INT8",
    "vector, tiny-llama, 24, FLOAT32",
    "scalar, tiny-llama, 10, FLOAT32",
    "scalar, tiny-llama, 10, INT8",
  })
  void batchingChangesNoBit(String backendName, String name, int generations, KvType type) {
    long seed = 20261122;
    SplittableRandom random = new SplittableRandom(seed);
    try (Backend backend = Backends.select(backendName, new BackendOptions(2)).backend();
        Checkpoint checkpoint = Checkpoint.open(path(name));
        Model model = load(checkpoint, backend)) {
      EngineConfig config =
          EngineConfig.defaults()
              .withBlockSize(8)
              .withKvBlocks(40)
              .withBatch(8, 48)
              .withKvType(type);
      try (SteppedEngine engine = new SteppedEngine(model, config)) {
        List<GenerationRequest> requests = requests(random, model, generations);
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < generations; i += 2) {
          recorders.addAll(submitPair(engine, requests.get(i), requests.get(i + 1)));
          engine.step();
        }
        engine.runUntilIdle();
        assertThat(engine.stats().preemptions()).isPositive();
        assertThat(engine.stats().prefixHits()).isPositive();
        for (int i = 0; i < generations; i++) {
          assertSame(recorders.get(i), SteppedEngine.recordAlone(model, requests.get(i), type));
        }
      }
    }
  }

  @Test
  void saysWhatTheReferenceSays() throws InterruptedException {
    JsonNode golden =
        JsonMapper.shared().readTree(TestModels.of("demo/golden.json").toFile()).get("cases");
    try (Backend backend = Backends.select("vector", new BackendOptions(2)).backend();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("demo/demo-f16.gguf"));
        Model model = load(checkpoint, backend);
        Engine engine = Engine.start(model, EngineConfig.defaults().withBatch(32, MAX_ROWS))) {
      List<Recorder> recorders = new ArrayList<>();
      for (JsonNode node : golden) {
        Recorder recorder = new Recorder();
        recorders.add(recorder);
        Set<Integer> stop = checkpoint.endOfSequence();
        engine.submit(
            new GenerationRequest(ids(node.get("ids")), 64, SamplingParams.GREEDY, stop, -1, 0),
            recorder);
      }
      for (int i = 0; i < golden.size(); i++) {
        List<Integer> expected =
            Arrays.stream(ids(golden.get(i).get("greedy_64"))).boxed().toList();
        assertThat(recorders.get(i).await().ids()).isEqualTo(expected);
      }
    }
  }

  /** Two answers; to one prompt, where the second's is the first's. */
  private static List<Recorder> submitPair(
      SteppedEngine engine, GenerationRequest first, GenerationRequest second) {
    Admission door = engine.loop.admission();
    Recorder one = new Recorder();
    Recorder two = new Recorder();
    door.submitAll(List.of(new Submission(first, one), new Submission(second, two)));
    return List.of(one, two);
  }

  private static void assertSame(Recorder actual, Recorder expected) {
    assertThat(actual.ids()).isEqualTo(expected.ids());
    for (int i = 0; i < expected.tokens.size(); i++) {
      GenerationEvent.Token token = actual.tokens.get(i);
      assertThat(token.logprob()).isEqualTo(expected.tokens.get(i).logprob());
      assertThat(token.topLogprobs()).isEqualTo(expected.tokens.get(i).topLogprobs());
    }
    assertThat(actual.finished().reason()).isEqualTo(expected.finished().reason());
  }

  /** Prompts that share beginnings of random length, greedy and sampled, some cut by a stop. */
  private static List<GenerationRequest> requests(
      SplittableRandom random, Model model, int generations) {
    int vocabulary = model.config().vocabularySize();
    int[] shared = random.ints(60, 0, vocabulary).toArray();
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < generations; i++) {
      if (i % 4 == 1) {
        int[] prompt = requests.getLast().prompt();
        SamplingParams sampling = Requests.sampled(random.nextLong());
        requests.add(new GenerationRequest(prompt, 40, sampling, Set.of(), 2, 0));
        continue;
      }
      int head = random.nextInt(shared.length);
      int[] prompt = Arrays.copyOf(shared, head + random.nextInt(1, 40));
      for (int at = head; at < prompt.length; at++) {
        prompt[at] = random.nextInt(vocabulary);
      }
      SamplingParams sampling =
          random.nextBoolean() ? SamplingParams.GREEDY : Requests.sampled(random.nextLong());
      Set<Integer> stop = Set.of(random.nextInt(vocabulary));
      requests.add(new GenerationRequest(prompt, random.nextInt(1, 60), sampling, stop, 2, 0));
    }
    return requests;
  }

  private static Path path(String name) {
    return name.equals("demo-q8") ? TestModels.demoQ8() : TestModels.of(name);
  }

  private static Model load(Checkpoint checkpoint, Backend backend) {
    return Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }
}
