package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.x86.AssembledAttention;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel of attention against the definition, to the bit. */
final class HeadKernelTest {
  private static final int PIECE = 64;
  private static final int STRIP = 16;
  private static final long SEED = 20261127;

  private final Random random = new Random(SEED);

  private List<HeadKernel> kernels(Queries queries) {
    List<HeadKernel> kernels = new ArrayList<>(List.of(new VectorHeads()));
    if (AssembledAttention.unavailable().isEmpty()) {
      kernels.add(new AssembledHeads(PIECE, queries.stride()));
    }
    return kernels;
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 20, 32, 64, 80, 96, 128, 256})
  void kernelsGiveTheSameBits(int dim) {
    for (int i = 0; i < 12; i++) {
      Queries queries = queries(dim);
      for (HeadKernel kernel : kernels(queries)) {
        int together = i % 2 == 0 || !kernel.gathersFour(dim) ? 1 : Queries.TOGETHER;
        int query = random.nextInt(queries.at.length - together + 1);
        checkScores(kernel, queries, query, together);
        checkSums(kernel, queries, query, together);
      }
    }
  }

  private Queries queries(int dim) {
    Queries queries = new Queries(PIECE, STRIP);
    queries.dim = dim;
    queries.grow(2 * Queries.TOGETHER);
    float[] values = floats(3000);
    for (int i = 0; i < queries.at.length; i++) {
      queries.at[i] = random.nextInt(values.length - dim);
    }
    queries.begin(values, queries.at.length);
    return queries;
  }

  private void checkScores(HeadKernel kernel, Queries queries, int query, int together) {
    int dim = queries.dim;
    Parts strips = new Parts(PIECE);
    int count = 1 + random.nextInt(PIECE / STRIP);
    for (int i = 0; i < count; i++) {
      strips.add((long) (count - 1 - i) * STRIP * dim * Float.BYTES, i * STRIP - 3, STRIP);
    }
    MemorySegment keys = memory(count * STRIP * dim);
    kernel.score(queries, query, together, keys, strips);
    for (int q = query; q < query + together; q++) {
      for (int slot = 0; slot < count * STRIP; slot++) {
        long strip = strips.from[slot / STRIP] / Float.BYTES;
        float expected = 0;
        for (int i = 0; i < dim; i++) {
          float key = at(keys, strip + (long) i * STRIP + slot % STRIP);
          expected = Math.fma(key, queries.values[queries.at[q] + i], expected);
        }
        assertThat(queries.scores[queries.score(q, slot - 3)])
            .as("%s, seed %d, head of %d, slot %d", kernel.getClass(), SEED, dim, slot)
            .isEqualTo(expected);
      }
    }
  }

  private void checkSums(HeadKernel kernel, Queries queries, int query, int together) {
    int dim = queries.dim;
    System.arraycopy(floats(queries.scores.length), 0, queries.scores, 0, queries.scores.length);
    System.arraycopy(floats(queries.sums.length), 0, queries.sums, 0, queries.sums.length);
    float[] before = queries.sums.clone();
    Parts runs = new Parts(PIECE);
    runs.add(0, 5, 1 + random.nextInt(11));
    runs.add((long) STRIP * dim * Float.BYTES, 16, 1 + random.nextInt(STRIP));
    MemorySegment values = memory(2 * STRIP * dim);
    kernel.gather(queries, query, together, values, runs);
    for (int q = 0; q < queries.at.length; q++) {
      for (int i = 0; i < dim; i++) {
        float expected = before[q * dim + i];
        for (int run = 0; run < (q < query || q >= query + together ? 0 : 2); run++) {
          for (int slot = 0; slot < runs.slots[run]; slot++) {
            float weight = queries.scores[queries.score(q, runs.slot[run] + slot)];
            long value = runs.from[run] / Float.BYTES + (long) slot * dim + i;
            expected = Math.fma(at(values, value), weight, expected);
          }
        }
        assertThat(queries.sums[q * dim + i])
            .as("%s, seed %d, head of %d, element %d", kernel.getClass(), SEED, dim, i)
            .isEqualTo(expected);
      }
    }
  }

  private MemorySegment memory(int count) {
    MemorySegment memory = Arena.ofAuto().allocate((long) count * Float.BYTES, Float.BYTES);
    MemorySegment.copy(floats(count), 0, memory, ValueLayout.JAVA_FLOAT, 0, count);
    return memory;
  }

  private static float at(MemorySegment memory, long index) {
    return memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  private float[] floats(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
