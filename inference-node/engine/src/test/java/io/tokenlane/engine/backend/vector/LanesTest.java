package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import org.junit.jupiter.api.Test;

final class LanesTest {

  @Test
  void exponentialIsWithinTwoUnitsOfTheLastPlace() {
    float[] x = new float[Lanes.COUNT];
    for (float first = -86; first < 87; first += 0.37f) {
      for (int i = 0; i < x.length; i++) {
        x[i] = first + i * 0.05f;
      }
      float[] y = Lanes.exp(FloatVector.fromArray(Lanes.FLOATS, x, 0)).toArray();
      for (int i = 0; i < x.length; i++) {
        float expected = (float) Math.exp(x[i]);
        assertThat(y[i]).as("e^%s", x[i]).isCloseTo(expected, within(2 * Math.ulp(expected)));
      }
    }
  }

  @Test
  void everyBinary16IsDecodedExactly() {
    short[] halves = new short[Lanes.COUNT];
    for (int bits = 0; bits < 1 << 16; bits += halves.length) {
      for (int i = 0; i < halves.length; i++) {
        halves[i] = (short) (bits + i);
      }
      float[] values = Lanes.float16(ShortVector.fromArray(Lanes.HALF_SHORTS, halves, 0)).toArray();
      for (int i = 0; i < halves.length; i++) {
        assertThat(values[i]).isEqualTo((Float) Float.float16ToFloat(halves[i]));
      }
    }
  }

  @Test
  void foldAddsAllLanes() {
    float[] lanes = new float[2 * Lanes.COUNT];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = i;
    }
    int first = Lanes.COUNT;
    float expected = first * first + first * (first - 1) / 2f;
    assertThat(Lanes.fold(lanes, first)).isEqualTo(expected);
  }
}
