package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingsTest {
  private final ToyModel model = new ToyModel(200);

  /** A text's vector is its own: however many others share its passes, or cut it into several. */
  @Test
  void textsDoNotTouchEachOther() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      inputs.add(
          IntStream.range(0, random.nextInt(1, i % 5 == 0 ? 200 : 20))
              .map(j -> random.nextInt(60))
              .toArray());
    }
    EngineConfig config = EngineConfig.defaults().withBatch(8, 48);
    try (Engine engine = Engine.start(model, config)) {
      float[][] together = engine.embed(inputs).join();
      for (int i = 0; i < inputs.size(); i++) {
        assertThat(engine.embed(List.of(inputs.get(i))).join()[0])
            .as("seed %d, input %d", seed, i)
            .isEqualTo(together[i]);
      }
    }
    assertThat(model.mostRows).isLessThanOrEqualTo(48);
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.embed(List.of(new int[1], new int[0])))
          .withMessage("input[1]: 0 tokens (expected: 1 to 200, the context)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.embed(List.of(new int[] {99})))
          .withMessage("input[0]: token 99 (expected: 0 to 63)");
    }
  }

  /** A text's keys and values would not fit the memory that is meant for them. */
  @Test
  void textsAreNoLongerThanTheCache() {
    EngineConfig config = EngineConfig.defaults().withBlockSize(8).withKvBlocks(5);
    try (Engine engine = Engine.start(model, config)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.embed(List.of(new int[41])))
          .withMessage("input[0]: 41 tokens (expected: 1 to 40, the KV cache)");
      assertThat(engine.embed(List.of(new int[40])).join()).hasDimensions(1, 8);
    }
  }

  /** Whatever a block of generations is: texts are not given whole contexts each. */
  @ParameterizedTest
  @EnumSource(KvStrategy.class)
  void textsTakeNoMoreThanTheCache(KvStrategy strategy) {
    List<Integer> slots = new CopyOnWriteArrayList<>();
    Model watched =
        new ModelAround(model) {
          @Override
          public KvStore kvStore(int blocks, int blockSize, KvType type) {
            slots.add(blocks * blockSize);
            return super.kvStore(blocks, blockSize, type);
          }
        };
    EngineConfig config =
        EngineConfig.defaults()
            .withBatch(8, 48)
            .withBlockSize(8)
            .withKvStrategy(strategy)
            .withKvBlocks(strategy == KvStrategy.PAGED ? 25 : 1);
    List<int[]> inputs = new ArrayList<>();
    for (int length = 1; length <= 200; length += 9) {
      inputs.add(Requests.counting(length, length));
    }
    try (Engine engine = Engine.start(watched, config);
        Engine large = Engine.start(model, EngineConfig.defaults())) {
      assertThat(engine.embed(inputs).join()).isEqualTo(large.embed(inputs).join());
      engine.embed(List.of(new int[3])).join();
    }
    assertThat(slots).hasSize(3).startsWith(200).endsWith(8).allMatch(count -> count <= 200);
  }

  @Test
  void aFailureIsToldAndTheEngineGoesOn() {
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      model.failNext = true;
      assertThatThrownBy(() -> engine.embed(List.of(new int[3])).join())
          .hasRootCauseMessage("engine: the model failed; the log says why");
      assertThat(engine.embed(List.of(new int[3])).join()).hasDimensions(1, 8);
    }
  }

  @Test
  void aClosedEngineTakesNothing() {
    Engine engine = Engine.start(model, EngineConfig.defaults());
    engine.close();
    assertThatThrownBy(() -> engine.embed(List.of(new int[3])))
        .isInstanceOf(EngineBusyException.class);
  }
}
