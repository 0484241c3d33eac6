package io.tokenlane.engine;

import static io.tokenlane.engine.Requests.counting;
import static io.tokenlane.engine.Requests.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device that has failed for good ends the engine: nobody waits, and nobody else comes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class BrokenDeviceTest {
  private final ToyModel toy = new ToyModel(64);
  private boolean broken;
  private boolean keepsMemory;

  private final ModelAround model =
      new ModelAround(toy) {
        @Override
        public boolean isBroken() {
          return broken;
        }

        @Override
        public KvStore kvStore(int blocks, int blockSize) {
          KvStore store = super.kvStore(blocks, blockSize);
          return keepsMemory ? new Kept(store) : store;
        }

        @Override
        public void states(Batch batch, KvStore kv, float[] states) {
          super.states(batch, kv instanceof Kept kept ? kept.store : kv, states);
        }
      };

  /** A cache that fails to close, as on a device that answers nothing any more. */
  private record Kept(KvStore store) implements KvStore {
    @Override
    public int blocks() {
      return store.blocks();
    }

    @Override
    public int blockSize() {
      return store.blockSize();
    }

    @Override
    public long bytes() {
      return store.bytes();
    }

    @Override
    public void copyBlock(int from, int to) {
      store.copyBlock(from, to);
    }

    @Override
    public void close() {
      throw new IllegalStateException("no answer");
    }
  }

  @Test
  void aStepThatFailsOnItEndsTheEngine() throws InterruptedException {
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      broken = true;
      toy.failNext = true;
      Recorder recorder = new Recorder();
      engine.submit(greedy(counting(0, 9), 5), recorder);
      assertThat(recorder.await().failure())
          .isEqualTo("engine: the model failed; the log says why");
      awaitEnd(engine);
      assertThat(isTaken(engine)).isFalse();
    }
  }

  @Test
  void embeddingsThatFailOnItEndTheEngine() throws InterruptedException {
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      broken = true;
      toy.failNext = true;
      assertThatThrownBy(() -> engine.embed(List.of(new int[3])).join())
          .isInstanceOf(CompletionException.class);
      awaitEnd(engine);
      assertThat(isTaken(engine)).isFalse();
    }
  }

  @Test
  void memoryThatIsNotGivenBackEndsNobodyElse() {
    try (Engine engine = Engine.start(model, EngineConfig.defaults())) {
      keepsMemory = true;
      assertThat(engine.embed(List.of(new int[3])).join()).hasDimensions(1, 8);
      toy.failNext = true;
      assertThatThrownBy(() -> engine.embed(List.of(new int[3])).join())
          .isInstanceOf(CompletionException.class);
      assertThat(engine.embed(List.of(new int[3])).join()).hasDimensions(1, 8);
    }
  }

  /** Whether a generation is computed; one that came while the engine ended may fail instead. */
  private static boolean isTaken(Engine engine) throws InterruptedException {
    Recorder recorder = new Recorder();
    try {
      engine.submit(greedy(counting(0, 9), 5), recorder);
    } catch (EngineBusyException e) {
      return false;
    }
    return recorder.await().failure() == null;
  }

  private static void awaitEnd(Engine engine) {
    while (engine.isOpen()) {
      Thread.onSpinWait();
    }
  }
}
