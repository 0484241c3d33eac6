package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pass in parts gives what a whole one gives, to the bit. */
final class HeadStartTest {
  private static final Backend BACKEND = Backends.select("vector", new BackendOptions(1)).backend();
  private static final Checkpoint CHECKPOINT = Checkpoint.open(TestModels.demoQ8());
  private static final Model MODEL =
      Models.load(CHECKPOINT.config(), CHECKPOINT.weights(), BACKEND, 64);
  private static final int VOCABULARY = MODEL.config().vocabularySize();
  private static final int SEQUENCES = 3;
  private static final int ROWS = 7;
  private static final int BLOCK = 4;
  private static final int BLOCKS = 4;

  private final SplittableRandom random = new SplittableRandom(11);
  private final int[][] tokens = new int[SEQUENCES][ROWS];
  private final Batch batch = new Batch(SEQUENCES * ROWS, SEQUENCES, BLOCKS, BLOCK);

  HeadStartTest() {
    for (int[] sequence : tokens) {
      for (int i = 0; i < ROWS; i++) {
        sequence[i] = random.nextInt(MODEL.config().tokens());
      }
    }
  }

  @AfterAll
  static void close() {
    MODEL.close();
    CHECKPOINT.close();
    BACKEND.close();
  }

  private void add(int sequence, int from, int end) {
    int[] blocks = new int[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
      blocks[i] = sequence * BLOCKS + i;
    }
    batch.beginSequence(blocks, BLOCKS);
    for (int row = from; row < end; row++) {
      batch.addRow(tokens[sequence][row], row, true);
    }
  }

  private Batch all() {
    batch.clear();
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
      add(sequence, 0, ROWS);
    }
    return batch;
  }

  private static KvStore kv() {
    return MODEL.kvStore(SEQUENCES * BLOCKS, BLOCK);
  }

  /** Rows of two sequences begin in turns, a few or one at a time; those of the third do not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void aPassInPartsIsTheSame(int layers) {
    float[] whole = new float[SEQUENCES * ROWS * VOCABULARY];
    float[] parts = new float[whole.length];
    float[] first = new float[whole.length];
    float[] state = new float[MODEL.config().hiddenSize()];
    float[] stateOfParts = new float[state.length];
    int output = ROWS + 2;
    try (KvStore one = kv();
        KvStore other = kv()) {
      MODEL.forward(all(), one, whole);
      MODEL.readState(output, state);
      HeadStart start = new HeadStart();
      int[][] places = new int[SEQUENCES][ROWS];
      int[][] ends = {{2, 4, 5}, {1, 1, 6}};
      int[] done = new int[2];
      for (int turn = 0; turn < 3; turn++) {
        batch.clear();
        int place = start.kept();
        for (int sequence = 0; sequence < 2; sequence++) {
          add(sequence, done[sequence], ends[sequence][turn]);
          while (done[sequence] < ends[sequence][turn]) {
            places[sequence][done[sequence]++] = place++;
          }
        }
        MODEL.forward(batch, other, layers, start, first);
        assertThat(start.kept()).isEqualTo(place);
      }
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        for (int row = 0; row < ROWS; row++) {
          boolean begun = sequence < 2 && row < done[sequence];
          start.add(begun ? places[sequence][row] : HeadStart.NOWHERE);
        }
      }
      Exits exits = new Exits();
      exits.clear(SEQUENCES * ROWS);
      MODEL.forward(all(), other, exits, start, parts);
      MODEL.readState(output, stateOfParts);
      assertThat(exits.layers(output)).isEqualTo(MODEL.config().layers());
    }
    assertThat(parts).isEqualTo(whole);
    assertThat(stateOfParts).isEqualTo(state);
  }

  @Test
  void rowsGoThroughAsManyLayers() {
    HeadStart start = new HeadStart();
    try (KvStore kv = kv()) {
      float[] logits = new float[SEQUENCES * ROWS * VOCABULARY];
      MODEL.forward(all(), kv, 2, start, logits);
      assertThatThrownBy(() -> MODEL.forward(all(), kv, 3, start, logits))
          .hasMessage("layers: 3 (expected: 2, as the rows before)");
    }
  }
}
