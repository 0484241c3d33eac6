package io.tokenlane.node.config;

import java.util.List;
import java.util.Map;

/**
 * The {@code model_config} fragment, written in snake_case at the top level of the configuration.
 * Unknown keys and values fail the start, and so do known ones that nothing implements.
 *
 * @param quantization {@code int8}; default {@code int8}
 * @param enableContinuousBatching whether a sequence may join while others run; default true
 * @param maxBatchSize most sequences computed in one step, 1 to 4096; default 32
 * @param kvCacheStrategy {@code paged}; default {@code paged}
 */
public record ModelSettings(
    String quantization,
    boolean enableContinuousBatching,
    int maxBatchSize,
    String kvCacheStrategy) {

  /** Where the fragment stands in the configuration. */
  public static final String PREFIX = "model_config";

  private static final List<String> KEYS =
      List.of("quantization", "enable_continuous_batching", "max_batch_size", "kv_cache_strategy");

  public ModelSettings {
    Check.that(
        quantization.equals("int8"),
        name("quantization"),
        quantization,
        "int8, the only one there is");
    Check.range(name("max_batch_size"), maxBatchSize, 1, 4096);
    Check.that(
        kvCacheStrategy.equals("paged"),
        name("kv_cache_strategy"),
        kvCacheStrategy,
        "paged, the only one there is");
  }

  /**
   * Reads the fragment.
   *
   * @param values its keys and values; an absent key takes its default
   * @throws IllegalArgumentException if a key or a value is not known; the message says which
   */
  public static ModelSettings from(Map<String, String> values) {
    values.forEach(
        (key, value) ->
            Check.that(
                KEYS.contains(key), name(key), value, "no key but " + String.join(", ", KEYS)));
    return new ModelSettings(
        values.getOrDefault("quantization", "int8"),
        flag("enable_continuous_batching", values.getOrDefault("enable_continuous_batching", "true")),
        integer("max_batch_size", values.getOrDefault("max_batch_size", "32")),
        values.getOrDefault("kv_cache_strategy", "paged"));
  }

  private static boolean flag(String key, String value) {
    Check.that(value.equals("true") || value.equals("false"), name(key), value, "true or false");
    return value.equals("true");
  }

  private static int integer(String key, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name(key) + ": " + value + " (expected: a whole number)");
    }
  }

  private static String name(String key) {
    return PREFIX + "." + key;
  }
}
