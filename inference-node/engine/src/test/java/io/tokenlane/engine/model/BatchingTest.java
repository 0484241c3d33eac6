package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logits are the same to the bit however sequences share steps, chunks and threads. */
final class BatchingTest {
  private static final int MAX_ROWS = 128;
  private static final int BLOCKS = 8;

  @ParameterizedTest
  @CsvSource({"vector, int8", "vector, bf16", "scalar, int8"})
  void aSequenceDoesNotSeeTheOthersNorHowItIsCut(String backend, String weights) {
    List<int[]> prompts = Golden.read("demo").stream().map(Golden::ids).toList();
    try (Session one = new Session(backend, 1, weights);
        Session two = new Session(backend, 2, weights)) {
      float[][] alone = prompts.stream().map(one::alone).toArray(float[][]::new);
      assertThat(two.together(prompts, MAX_ROWS)).isDeepEqualTo(alone);
      assertThat(two.together(prompts, 7)).isDeepEqualTo(alone);
    }
  }

  @Test
  void refusesMoreRowsThanItHasRoomFor() {
    try (Session session = new Session("scalar", 1, "int8")) {
      Batch batch = new Batch(MAX_ROWS + 1, 1, 9, Runs.BLOCK_SIZE);
      batch.beginSequence(new int[9], 9);
      for (int i = 0; i <= MAX_ROWS; i++) {
        batch.addRow(1, i, false);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.model.forward(batch, session.kv, new float[0]))
          .withMessage("rows: 129 (expected: at most 128)");
    }
  }

  /** The demo model with a cache for some sequences. */
  private static final class Session implements AutoCloseable {
    private final Backend backend;
    private final Checkpoint checkpoint;
    private final Model model;
    private final KvStore kv;

    Session(String name, int threads, String weights) {
      Path path = weights.equals("int8") ? TestModels.demoQ8() : TestModels.of("demo/hf");
      backend = Backends.select(name, new BackendOptions(threads)).backend();
      checkpoint = Checkpoint.open(path);
      model = Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
      kv = model.kvStore(BLOCKS * 8, Runs.BLOCK_SIZE);
    }

    /** Last logits of a prompt in one step of its own. */
    float[] alone(int[] prompt) {
      return together(List.of(prompt), MAX_ROWS)[0];
    }

    /** Last logits of prompts that share steps of so many rows, in turns of up to five rows. */
    float[][] together(List<int[]> prompts, int rows) {
      Batch batch = new Batch(MAX_ROWS, prompts.size(), BLOCKS, Runs.BLOCK_SIZE);
      int[] done = new int[prompts.size()];
      float[][] last = new float[prompts.size()][];
      int vocabulary = model.config().vocabularySize();
      float[] logits = new float[prompts.size() * vocabulary];
      while (fill(batch, prompts, done, rows)) {
        model.forward(batch, kv, logits);
        for (int output = 0; output < batch.outputs(); output++) {
          int table = batch.sequenceOfRow[batch.outputRows[output]] * BLOCKS;
          last[batch.blockTables[table] / BLOCKS] =
              Arrays.copyOfRange(logits, output * vocabulary, (output + 1) * vocabulary);
        }
      }
      return last;
    }

    private static boolean fill(Batch batch, List<int[]> prompts, int[] done, int rows) {
      batch.clear();
      for (int i = 0; i < prompts.size(); i++) {
        int[] prompt = prompts.get(i);
        int count = Math.min(rows - batch.rows(), prompt.length - done[i]);
        if (count > 0) {
          int first = i * BLOCKS;
          int[] blocks = new int[BLOCKS];
          Arrays.setAll(blocks, block -> first + block);
          batch.beginSequence(blocks, BLOCKS);
          for (int row = 0; row < Math.min(count, rows == MAX_ROWS ? MAX_ROWS : 5); row++) {
            int position = done[i]++;
            batch.addRow(prompt[position], position, position == prompt.length - 1);
          }
        }
      }
      return batch.rows() > 0;
    }

    @Override
    public void close() {
      kv.close();
      model.close();
      backend.close();
      checkpoint.close();
    }
  }
}
