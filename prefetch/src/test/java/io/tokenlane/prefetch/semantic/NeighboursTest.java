package io.tokenlane.prefetch.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bounded in bytes, whatever is asked. */
final class NeighboursTest {
  private static final int BOUND = 64 << 10;

  private final Neighbours neighbours = new Neighbours(BOUND, 0.5);
  private final Random random = new Random(1);

  private float[] vector(int size) {
    float[] vector = new float[size];
    for (int i = 0; i < size; i++) {
      vector[i] = random.nextFloat();
    }
    return vector;
  }

  @Test
  void manyQuestionsOfOneContextStayWithinAQuarter() {
    for (int i = 0; i < 1_000; i++) {
      neighbours.add("one", "explain it", vector(256), "key" + i);
      assertThat(neighbours.weightBytes()).isBetween(1L, BOUND / 4L + 256);
    }
    assertThat(neighbours.find("one", "explain it", vector(256), "key999"::equals)).isPresent();
    assertThat(neighbours.find("one", "explain it", vector(256), "key1"::equals)).isEmpty();
  }

  @Test
  void manyContextsStayWithinAll() {
    for (int i = 0; i < 2_000; i++) {
      neighbours.add("context" + i % 500, "explain it", vector(64), "key" + i);
      assertThat(neighbours.weightBytes()).isLessThanOrEqualTo(BOUND);
    }
  }

  @Test
  void aQuestionLargerThanAllIsNotKept() {
    neighbours.add("one", "explain it", vector(BOUND), "key");
    assertThat(neighbours.weightBytes()).isLessThan(1_000);
    assertThat(neighbours.find("one", "explain it", vector(BOUND), key -> true)).isEmpty();
  }
}
