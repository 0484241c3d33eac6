package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ForetoldSpeedTest {
  private final ForetoldSpeed foretold = new ForetoldSpeed();
  private final SplittableRandom random = new SplittableRandom(11);

  private void answers(int count, boolean weightsAreSpeeds) {
    for (int i = 0; i < count; i++) {
      double weight = 1 + random.nextInt(3);
      double nanos = 50e6 * Math.exp(0.5 * random.nextGaussian());
      foretold.sample(weight, weightsAreSpeeds ? nanos / weight : nanos);
    }
  }

  @Test
  void weightsThatSayNothingOfLatenciesCountWhole() {
    answers(3_000, false);
    assertThat(foretold.beyond(3)).isCloseTo(3, within(0.6));
  }

  @Test
  void halfOfAWeightThatIsTheSpeedIsTakenOut() {
    answers(3_000, true);
    assertThat(foretold.beyond(4)).isCloseTo(2, within(0.3));
    assertThat(foretold.beyond(1)).isEqualTo(1);
  }

  @Test
  void equalWeightsStayAsTheyAre() {
    for (int i = 0; i < 100; i++) {
      foretold.sample(2, 1e6 + random.nextDouble() * 1e6);
    }
    assertThat(foretold.beyond(2)).isEqualTo(2);
  }
}
