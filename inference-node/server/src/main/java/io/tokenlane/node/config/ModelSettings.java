package io.tokenlane.node.config;

import java.util.List;
import java.util.Map;

/**
 * The {@code model_config} fragment, written in snake_case at the top level of the configuration.
 * Unknown keys and values fail the start, and so do known ones that nothing implements.
 *
 * @param int8 whether floats are quantised to 8-bit integers ({@code quantization: int8}); default:
 *     whatever the model's file holds
 * @param enableContinuousBatching whether a sequence may join while others run; default true
 * @param maxBatchSize most sequences computed in one step, 1 to 4096; default 32
 * @param paged whether the KV cache is given out block by block ({@code kv_cache_strategy: paged}),
 *     or as one stretch for each sequence ({@code contiguous}, for comparison); default paged
 */
public record ModelSettings(
    boolean int8, boolean enableContinuousBatching, int maxBatchSize, boolean paged) {

  /** Where the fragment stands in the configuration. */
  public static final String PREFIX = "model_config";

  private static final List<String> KEYS =
      List.of("quantization", "enable_continuous_batching", "max_batch_size", "kv_cache_strategy");

  public ModelSettings {
    Check.range(name("max_batch_size"), maxBatchSize, 1, 4096);
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
    only("quantization", "int8", values);
    return new ModelSettings(
        values.containsKey("quantization"),
        flag(
            "enable_continuous_batching",
            values.getOrDefault("enable_continuous_batching", "true")),
        integer("max_batch_size", values.getOrDefault("max_batch_size", "32")),
        paged(values.getOrDefault("kv_cache_strategy", "paged")));
  }

  /** A key that has one value today; others are refused, not ignored. */
  private static void only(String key, String known, Map<String, String> values) {
    String value = values.getOrDefault(key, known);
    Check.that(value.equals(known), name(key), value, known + ", the only one there is");
  }

  private static boolean paged(String value) {
    Check.that(
        value.equals("paged") || value.equals("contiguous"),
        name("kv_cache_strategy"),
        value,
        "paged or contiguous");
    return value.equals("paged");
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
