package io.tokenlane.prefetch.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class HeavyHittersTest {
  private static final double DECAY = 100;

  /** Counts are never too low, and too high by at most W/capacity (Space-Saving's bound). */
  @RepeatedTest(20)
  void countsWithinItsBound() {
    long seed = RandomGenerator.getDefault().nextLong();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HeavyHitters hitters = new HeavyHitters(50, DECAY);
    Map<String, Double> exact = new HashMap<>();
    double now = 0;
    for (int i = 0; i < 5_000; i++) {
      double step = random.nextDouble() * 2;
      now += step;
      exact.replaceAll((key, count) -> count * Math.exp(-step / DECAY));
      String key = "k" + (int) (200 * Math.pow(random.nextDouble(), 3));
      exact.merge(key, 1.0, Double::sum);
      hitters.observe(key, now);
    }
    double end = now;
    double bound = exact.values().stream().mapToDouble(d -> d).sum() / 50 + 1e-6;
    exact.forEach(
        (key, count) -> {
          double counted = hitters.count(key, end);
          assertThat(counted).as("%s, seed %d", key, seed).isLessThanOrEqualTo(count + bound);
          if (count > bound) {
            assertThat(counted).as("%s, seed %d", key, seed).isGreaterThan(count - 1e-6);
          }
        });
  }

  @Test
  void ratesAreThoseOfASteadyStream() {
    HeavyHitters hitters = new HeavyHitters(10, DECAY);
    for (int second = 0; second < 50_000; second++) {
      hitters.observe("steady", second);
    }

    assertThat(hitters.rate("steady", 50_000, 10)).isCloseTo(1, within(0.02));
    assertThat(hitters.rate("steady", 50_000 + 5 * DECAY, 10)).isLessThan(0.01);
    assertThat(hitters.rate("unknown", 50_000, 10)).isZero();
    assertThat(hitters.top(3)).containsExactly("steady");
  }
}
