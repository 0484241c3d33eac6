package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RopeScalingTest {
  private static final RopeScaling LLAMA_3_1 = new RopeScaling.Llama3(8, 1, 4, 8192);

  /** Wavelengths under 8192/4 stay, over 8192/1 are stretched eightfold, between are blended. */
  @ParameterizedTest
  @CsvSource({"100, 1", "2047, 1", "8193, 8", "100000, 8", "4096, 2.4"})
  void llama3StretchesLongWavelengths(double wavelength, double stretch) {
    float frequency = (float) (2 * Math.PI / wavelength);
    float scaled = LLAMA_3_1.scale(new float[] {frequency}, 10_000)[0];
    assertThat((double) frequency / scaled).isCloseTo(stretch, within(1e-4));
  }

  @ParameterizedTest
  @CsvSource({"1", "0.25"})
  void linearDividesAll(float frequency) {
    float[] trained = {frequency};
    assertThat(new RopeScaling.Linear(4).scale(trained, 10_000)).containsExactly(frequency / 4);
    assertThat(RopeScaling.NONE.scale(trained, 10_000)).containsExactly(frequency);
  }
}
