package io.tokenlane.engine.sample;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SamplingParamsTest {

  /** Values in the order of the record, the bias last. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-0.1 0 1   0  0  0  1 0   | temperature: -0.1 (expected: 0 to 2)",
        "NaN  0 1   0  0  0  1 0   | temperature: NaN (expected: 0 to 2)",
        "2.1  0 1   0  0  0  1 0   | temperature: 2.1 (expected: 0 to 2)",
        "1   -1 1   0  0  0  1 0   | top_k: -1 (expected: >= 0)",
        "1    0 0   0  0  0  1 0   | top_p: 0.0 (expected: > 0 to 1)",
        "1    0 1.1 0  0  0  1 0   | top_p: 1.1 (expected: > 0 to 1)",
        "1    0 1  -1  0  0  1 0   | min_p: -1.0 (expected: 0 to 1)",
        "1    0 1   0  3  0  1 0   | frequency_penalty: 3.0 (expected: -2 to 2)",
        "1    0 1   0  0 -3  1 0   | presence_penalty: -3.0 (expected: -2 to 2)",
        "1    0 1   0  0  0  0 0   | repetition_penalty: 0.0 (expected: > 0)",
        "1    0 1   0  0  0  Infinity 0 | repetition_penalty: Infinity (expected: > 0)",
        "1    0 1   0  0  0  1 101 | logit_bias.7: 101.0 (expected: -100 to 100)",
      })
  void refusesByName(String values, String message) {
    String[] words = values.split(" +");
    float[] v = new float[words.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = Float.parseFloat(words[i]);
    }
    assertThatThrownBy(
            () ->
                new SamplingParams(
                    v[0], (int) v[1], v[2], v[3], v[4], v[5], v[6], Map.of(7, v[7]), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
