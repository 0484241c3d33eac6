package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every row's every partition is computed once, and every partial result is merged. */
final class WorkListTest {
  private static final int BLOCK = 16;
  private static final int MAX_ROWS = 96;
  private static final int MAX_SEQUENCES = 8;
  private static final int MAX_BLOCKS = 128;

  private final SplittableRandom random = new SplittableRandom(20261127);

  @Test
  void coversEachPartitionOfEachRowOnce() {
    for (int blocks : new int[] {1, 40, 100_000}) {
      coversEachPartitionOfEachRowOnce(blocks);
    }
  }

  private void coversEachPartitionOfEachRowOnce(int blocks) {
    WorkList work = new WorkList(blocks, MAX_ROWS, MAX_SEQUENCES, MAX_BLOCKS * BLOCK);
    for (int round = 0; round < 200; round++) {
      Batch batch = randomBatch();
      int together = 1 + random.nextInt(8);
      work.build(batch, new int[MAX_SEQUENCES], new Cut(together, 1 + random.nextInt(8)));
      check(work, batch, together);
    }
  }

  private Batch randomBatch() {
    Batch batch = new Batch(MAX_ROWS, MAX_SEQUENCES, MAX_BLOCKS, BLOCK);
    int sequences = 1 + random.nextInt(MAX_SEQUENCES);
    for (int s = 0; s < sequences; s++) {
      batch.beginSequence(new int[MAX_BLOCKS], MAX_BLOCKS);
      int rows = random.nextBoolean() ? 1 : 1 + random.nextInt(MAX_ROWS / MAX_SEQUENCES);
      int position = random.nextInt(MAX_BLOCKS * BLOCK - rows);
      for (int i = 0; i < rows; i++) {
        batch.addRow(0, position + i, false);
      }
    }
    return batch;
  }

  private static void check(WorkList work, Batch batch, int together) {
    Set<Long> seen = new HashSet<>();
    Set<Integer> places = new HashSet<>();
    for (int item = 0; item < work.itemCount(); item++) {
      int at = item * WorkList.ITEM;
      int[] items = work.items();
      assertThat(items[at + 1]).isBetween(1, together);
      for (int row = items[at]; row < items[at] + items[at + 1]; row++) {
        assertThat(batch.positions[row] - items[at + 2]).isEqualTo(row - items[at]);
        assertThat(batch.sequenceOfRow[row]).isEqualTo(batch.sequenceOfRow[items[at]]);
        for (int part = items[at + 4]; part < items[at + 5]; part++) {
          if (part <= batch.positions[row] / WorkList.PARTITION) {
            assertThat(seen.add((long) row << 32 | part)).isTrue();
          }
        }
      }
      if (items[at + 6] >= 0) {
        assertThat(places.add(items[at + 6])).isTrue();
        int split = items[at + 7] * WorkList.SPLIT;
        assertThat(work.splits()[split]).isEqualTo(items[at]);
        assertThat(items[at + 6]).isEqualTo(work.splits()[split + 1] + items[at + 4]);
      }
    }
    long wanted = 0;
    for (int row = 0; row < batch.rows(); row++) {
      wanted += batch.positions[row] / WorkList.PARTITION + 1;
    }
    assertThat((long) seen.size()).isEqualTo(wanted);
    for (int split = 0; split < work.splitCount(); split++) {
      int at = split * WorkList.SPLIT;
      for (int part = 0; part < work.splits()[at + 2]; part++) {
        assertThat(places.remove(work.splits()[at + 1] + part)).isTrue();
      }
    }
    assertThat(places).isEmpty();
  }

  /** Sequences of so many positions, each with a row behind them; gives splits. */
  private static int splits(int blocks, int... positions) {
    WorkList work = new WorkList(blocks, MAX_ROWS, MAX_SEQUENCES, MAX_BLOCKS * BLOCK);
    Batch batch = new Batch(MAX_ROWS, MAX_SEQUENCES, MAX_BLOCKS, BLOCK);
    for (int position : positions) {
      batch.beginSequence(new int[MAX_BLOCKS], MAX_BLOCKS);
      batch.addRow(0, position, false);
    }
    work.build(batch, new int[MAX_SEQUENCES], new Cut(4, 8));
    return work.splitCount();
  }

  @Test
  void rowsAreCutWhereBlocksWouldIdleElse() {
    assertThat(splits(264, 600)).as("a lone row").isEqualTo(1);
    assertThat(splits(264, 200)).as("one of a partition").isZero();
    assertThat(splits(48, 600, 600, 600, 600, 600, 600)).as("a share each").isZero();
    assertThat(splits(48, 2000, 100, 100, 100, 100, 100)).as("one that is longer").isEqualTo(1);
  }

  @Test
  void headsOfAGroupShareABlock() {
    assertThat(Cut.of(new HeadShape(32, 8, 128), false)).isEqualTo(new Cut(2, 8));
    assertThat(Cut.of(new HeadShape(32, 2, 128), false)).isEqualTo(new Cut(1, 4));
    assertThat(Cut.of(new HeadShape(4, 4, 64), false).rowsTogether()).isEqualTo(8);
    assertThat(Cut.of(new HeadShape(32, 8, 128), true)).isEqualTo(new Cut(4, 8));
  }
}
