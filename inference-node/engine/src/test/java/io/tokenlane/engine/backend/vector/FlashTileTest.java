package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tile in one call gives the bits of one piece by piece; slots nobody wrote do no harm. */
final class FlashTileTest {
  private static final long SEED = 20261127;
  private static final int LONGEST = 210;
  private static final int LAYER = 1;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource(
      value = KvType.class,
      names = {"FLOAT32", "INT8"})
  void bitsAreThoseOfPieces(KvType type) {
    try (Backend backend = new VectorProvider().create(new BackendOptions(1))) {
      for (int i = 0; i < 24; i++) {
        int kvHeads = 1 + random.nextInt(2);
        int dim = new int[] {16, 32, 64, 80, 128}[i % 5];
        check(backend, new HeadShape(kvHeads * (1 + random.nextInt(4)), kvHeads, dim), type);
      }
    }
  }

  private void check(Backend backend, HeadShape shape, KvType type) {
    int blockSize = 16 * (1 + random.nextInt(2));
    int blocks = Math.ceilDiv(LONGEST, blockSize);
    Batch batch = new Batch(64, 3, blocks, blockSize);
    try (HostKvStore kv = HostKvStore.of(backend.kvStore(2, shape, 3 * blocks, blockSize, type))) {
      kv.memory().fill((byte) 0xff); // no numbers, in floats
      for (int sequence = 0; sequence < 3; sequence++) {
        int first = sequence * blocks;
        int[] table = IntStream.range(first, first + blocks).toArray();
        addSequence(batch, table, kv, shape);
      }
      HostRows rows = HostRows.of(backend.rows(64, shape.rowWidth()));
      for (int i = 0; i < rows.values.length; i++) {
        rows.values[i] = (float) random.nextGaussian();
      }
      RopeSpec spec = new RopeSpec(RopeStyle.HALF_SPLIT, new float[0], 1);
      AttentionRule rule = AttentionRule.full(shape);
      var layer = new AttentionLayer(LAYER, shape, backend.rope(spec), null, null, rule);
      HostRows out = HostRows.of(backend.rows(64, shape.queryWidth()));
      AttendWork pieces = new AttendWork(1, false);
      pieces.set(batch, layer, rows, kv, out);
      float[] expected = attend(pieces, out);
      AttendWork whole = new AttendWork(1, HeadKernels.assembled());
      whole.set(batch, layer, rows, kv, out);
      assertThat(attend(whole, out))
          .as("%s, %s, blocks of %d, seed %d", shape, type, blockSize, SEED)
          .isEqualTo(expected);
    }
  }

  private void addSequence(Batch batch, int[] table, HostKvStore kv, HeadShape shape) {
    int rows = 1 + random.nextInt(20);
    int end = rows + random.nextInt(LONGEST - rows);
    batch.beginSequence(table, table.length);
    for (int position = 0; position < end; position++) {
      int slot =
          table[position / batch.blockSize()] * batch.blockSize() + position % batch.blockSize();
      for (int head = 0; head < shape.kvHeads(); head++) {
        kv.writeKey(LAYER, head, slot, numbers(shape.headDim()), 0);
        kv.writeValue(LAYER, head, slot, numbers(shape.headDim()), 0);
      }
      if (position >= end - rows) {
        batch.addRow(0, position, false);
      }
    }
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() * 3;
    }
    return numbers;
  }

  private static float[] attend(AttendWork work, HostRows out) {
    Arrays.fill(out.values, -1);
    Workers.runAlone(work, work.chunks());
    return out.values.clone();
  }
}
