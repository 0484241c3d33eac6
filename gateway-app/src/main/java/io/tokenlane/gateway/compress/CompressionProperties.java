package io.tokenlane.gateway.compress;

import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.compression}.
 *
 * @param enabled whether prompts are compressed; default true
 * @param encoding the encoding whose tokens are counted: {@code o200k_base} or {@code cl100k_base};
 *     default o200k_base
 * @param rules the lossless rules that may be applied, by name: {@code whitespace}, {@code
 *     json-minify}, {@code repeats}, {@code dictionary}; default the first two, after which a text
 *     reads as before. The others put a legend into the text, which a small model may not follow
 * @param minimumChars texts shorter than this pass untouched, in UTF-16 units; ≥ 0, default 200
 * @param roles roles whose messages may be compressed; default system, developer, user, tool
 * @param threads threads that compress at once; ≥ 1, default 2
 * @param queue calls that may wait for a thread, more pass uncompressed; ≥ 1, default 256
 */
public record CompressionProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("o200k_base") String encoding,
    @DefaultValue({"whitespace", "json-minify"}) Set<String> rules,
    @DefaultValue("200") int minimumChars,
    @DefaultValue({"system", "developer", "user", "tool"}) Set<String> roles,
    @DefaultValue("2") int threads,
    @DefaultValue("256") int queue) {

  /** Checks the ranges. */
  public CompressionProperties {
    roles = Set.copyOf(roles);
    rules = Set.copyOf(rules);
    rules.forEach(CompressionProperties::requireKnown);
    if (!Set.of("o200k_base", "cl100k_base").contains(encoding)) {
      throw new IllegalArgumentException(
          "encoding: " + encoding + " (expected: o200k_base or cl100k_base)");
    }
    if (minimumChars < 0) {
      throw new IllegalArgumentException("minimum_chars: " + minimumChars + " (expected: >= 0)");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
    }
    if (queue < 1) {
      throw new IllegalArgumentException("queue: " + queue + " (expected: >= 1)");
    }
  }

  private static void requireKnown(String rule) {
    List<String> known = Arrays.stream(Rule.values()).map(Rule::id).toList();
    if (!known.contains(rule)) {
      throw new IllegalArgumentException(
          "rules: " + rule + " (expected: some of " + String.join(", ", known) + ")");
    }
  }

  /** What these settings allow. */
  CompressionPolicy policy() {
    return enabled
        ? new CompressionPolicy(
            rules.stream().map(Rule::named).collect(Collectors.toSet()), minimumChars)
        : CompressionPolicy.OFF;
  }
}
