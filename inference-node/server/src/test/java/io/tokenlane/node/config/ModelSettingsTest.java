package io.tokenlane.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSettingsTest {

  @Test
  void takesTheDocumentedFragment() {
    Map<String, String> fragment =
        Map.of(
            "quantization", "int8",
            "enable_continuous_batching", "true",
            "max_batch_size", "32",
            "kv_cache_strategy", "paged");
    assertThat(ModelSettings.from(fragment)).isEqualTo(new ModelSettings(true, true, 32, true));
  }

  @Test
  void hasDefaults() {
    assertThat(ModelSettings.from(Map.of())).isEqualTo(new ModelSettings(false, true, 32, true));
  }

  @Test
  void takesWhatIsThereForComparison() {
    Map<String, String> fragment =
        Map.of("enable_continuous_batching", "false", "kv_cache_strategy", "contiguous");
    assertThat(ModelSettings.from(fragment)).isEqualTo(new ModelSettings(false, false, 32, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quantization | int3 | model_config.quantization: int3 (expected: int8, the only one there is)
          kv_cache_strategy | ring | model_config.kv_cache_strategy: ring (expected: paged or contiguous)
          enable_continuous_batching | 1 | model_config.enable_continuous_batching: 1 (expected: true or false)
          max_batch_size | 0 | model_config.max_batch_size: 0 (expected: 1 to 4096)
          max_batch_size | many | model_config.max_batch_size: many (expected: a whole number)
          batch | 3 | model_config.batch: 3 (expected: no key but quantization, enable_continuous_batching, max_batch_size, kv_cache_strategy)
          """)
  void refusesWhatItDoesNotKnow(String key, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelSettings.from(Map.of(key, value)))
        .withMessage(message);
  }
}
