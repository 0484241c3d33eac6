package io.tokenlane.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Sequences so long that their attention is cut into partitions, by several blocks or by one. */
abstract class PartitionKit {
  private static final long SEED = 20261127;
  private static final int LONGEST = 420;
  private static final int CASES = 2;

  /**
   * On the emulated device one on which lone rows have a block, and one on which many share them.
   */
  private static final int[] WAYS = {1, 3};

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  abstract BackendProvider provider();

  @Test
  void cutsHaveNoEffect() {
    for (int i = 0; i < CASES; i++) {
      AttentionCase attention = AttentionCase.random(random, LONGEST);
      float[][] outputs = run(attention, 1);
      attention.check(outputs);
      for (int way : WAYS) {
        assertThat(run(attention, way)).as("way %d", way).isDeepEqualTo(outputs);
      }
    }
  }

  private float[][] run(AttentionCase attention, int way) {
    try (Backend backend = provider().create(new BackendOptions(way))) {
      return attention.run(backend, random);
    }
  }
}
