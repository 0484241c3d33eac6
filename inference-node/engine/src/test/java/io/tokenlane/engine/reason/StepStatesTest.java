package io.tokenlane.engine.reason;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class StepStatesTest {
  private final Random random = new Random(8);

  private float[][] step(int tokens) {
    float[][] states = new float[tokens][24];
    for (float[] state : states) {
      for (int i = 0; i < state.length; i++) {
        // All states have much in common, as those of a model have.
        state[i] = 5 + (float) random.nextGaussian();
      }
    }
    return states;
  }

  private static double end(StepStates states, float[][] step) {
    for (float[] state : step) {
      states.add(state);
    }
    return states.end();
  }

  @Test
  void stepsThatEndTheSameAreAlike() {
    StepStates states = new StepStates();
    float[][] first = step(12);
    float[][] second = step(10);
    // The same eight tokens behind another beginning.
    float[][] third = second.clone();
    third[0] = step(1)[0];
    third[1] = step(1)[0];
    assertThat(end(states, first)).isEqualTo(-1);
    assertThat(end(states, second)).isBetween(-0.3, 0.3);
    assertThat(end(states, third)).isBetween(0.7, 0.95);
    assertThat(end(states, third)).isGreaterThan(0.999);
  }

  @Test
  void ofALongStepItsEndIsCompared() {
    StepStates states = new StepStates();
    float[][] first = step(100);
    float[][] second = step(100);
    System.arraycopy(first, 36, second, 36, 64);
    end(states, step(100));
    end(states, first);
    assertThat(end(states, second)).isGreaterThan(0.999);
  }

  @Test
  void whatWasNoStepCountsForNothing() {
    StepStates states = new StepStates();
    float[][] first = step(6);
    end(states, first);
    states.add(step(1)[0]);
    states.forget();
    assertThat(end(states, first)).isGreaterThan(0.999);
  }
}
