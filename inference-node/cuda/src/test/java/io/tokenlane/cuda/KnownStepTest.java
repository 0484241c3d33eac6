package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Steps that run without being asked for operation by operation draw what they would draw. */
final class KnownStepTest {
  private static final long SEED = 20261128;
  private static final int SEQUENCES = 4;
  private static final int BLOCKS = 20;
  private static final int BLOCK = 16;
  private static final int MANY = 32;

  /** A model on a device of its own, and how often it was asked for operations. */
  private static final class Side implements AutoCloseable {
    private final Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
    private final CudaBackend backend;
    private final Model model;
    private final Draws draws;
    private KvStore kv;
    private int asked;

    Side(boolean again) {
      EmulatedDriver driver = new EmulatedDriver(0);
      KernelSet kernels = new KernelSet(driver, family -> new byte[0]);
      backend = new CudaBackend(driver, kernels, WeightFormat.INT8);
      Backend counted =
          (Backend)
              Proxy.newProxyInstance(
                  Side.class.getClassLoader(),
                  new Class<?>[] {Backend.class},
                  (proxy, method, arguments) -> {
                    asked += method.getName().equals("embed") ? 1 : 0;
                    return method.invoke(backend, arguments);
                  });
      model = Models.load(checkpoint.config(), checkpoint.weights(), counted, SEQUENCES);
      draws = model.newDraws(SEQUENCES);
      kv = model.kvStore(SEQUENCES * BLOCKS, BLOCK);
      if (!again) {
        backend.runner().watch(list -> {});
      }
    }

    /** Tokens and log probabilities. */
    float[] step(Batch batch, int seen, long share) {
      for (int i = 0; i < batch.outputs(); i++) {
        Draws.Row row = draws.row(i);
        row.temperature = i % 2;
        row.share = (share >>> 11) * 0x1p-53;
        row.repetitionPenalty = 1.5f;
        row.seen = seen;
        row.seenIds = new int[seen];
        row.seenCounts = new int[seen];
        Arrays.setAll(row.seenIds, token -> token);
        Arrays.fill(row.seenCounts, 1);
        row.top = 0;
      }
      model.draw(batch, kv, draws);
      model.drawn(draws);
      float[] drawn = new float[2 * batch.outputs()];
      for (int i = 0; i < batch.outputs(); i++) {
        drawn[2 * i] = draws.row(i).token;
        drawn[2 * i + 1] = draws.row(i).logprob;
      }
      return drawn;
    }

    @Override
    public void close() {
      kv.close();
      model.close();
      backend.close();
      checkpoint.close();
    }
  }

  private static Batch batch(int sequences, int position) {
    Batch batch = new Batch(SEQUENCES, SEQUENCES, BLOCKS, BLOCK);
    for (int sequence = 0; sequence < sequences; sequence++) {
      int[] blocks = new int[BLOCKS];
      int first = sequence * BLOCKS;
      Arrays.setAll(blocks, i -> first + i);
      batch.beginSequence(blocks, blocks.length);
      batch.addRow((position + sequence) % 50, position, true);
    }
    return batch;
  }

  @Test
  void drawsAreThoseOfStepsThatAreAskedFor() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    try (Side known = new Side(true);
        Side written = new Side(false)) {
      for (int step = 0; step < MANY; step++) {
        // On to a second partition, so that there is more work, and back.
        int position = 248 + step % 16;
        int sequences = random.nextInt(8) == 0 ? 1 + random.nextInt(SEQUENCES) : 2;
        int seen = random.nextInt(8) == 0 ? random.nextInt(6) : 1;
        long share = random.nextLong();
        assertThat(known.step(batch(sequences, position), seen, share))
            .as("step %d, seed %d", step, SEED)
            .isEqualTo(written.step(batch(sequences, position), seen, share));
      }
      assertThat(written.asked).isEqualTo(MANY);
      assertThat(known.asked).isLessThan(MANY / 2);
    }
  }

  @Test
  void anotherStoreOrOtherTilesAreAskedForAgain() {
    try (Side side = new Side(true)) {
      float[] first = new float[0];
      // Work space grows in the first; the second of equal ones is captured.
      for (int i = 0; i < 6; i++) {
        first = side.step(batch(2, 0), 1, 0);
      }
      assertThat(side.asked).isEqualTo(3);

      side.backend.runner().choose((projection, device) -> Tile.all(projection, device).getLast());
      assertThat(side.step(batch(2, 0), 1, 0)).isEqualTo(first);
      assertThat(side.asked).isEqualTo(4);

      KvStore before = side.kv;
      side.kv = side.model.kvStore(SEQUENCES * BLOCKS, BLOCK);
      before.close();
      assertThat(side.step(batch(2, 0), 1, 0)).isEqualTo(first);
      assertThat(side.asked).isEqualTo(5);
    }
  }
}
