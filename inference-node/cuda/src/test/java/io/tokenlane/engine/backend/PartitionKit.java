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

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  abstract BackendProvider provider();

  @Test
  void cutsHaveNoEffect() {
    try (Backend backend = provider().create(new BackendOptions(1))) {
      for (int i = 0; i < CASES; i++) {
        AttentionCase attention = AttentionCase.random(random, LONGEST);
        float[][] outputs = attention.run(backend, random);
        attention.check(outputs);
        assertThat(attention.run(backend, random)).isDeepEqualTo(outputs);
      }
    }
  }
}
