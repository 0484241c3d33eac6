package io.tokenlane.gateway.compress;

import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.compression}.
 *
 * @param enabled whether prompts are compressed; default true
 * @param encoding the encoding whose tokens are counted: {@code o200k_base} or {@code cl100k_base};
 *     default o200k_base
 * @param minimumChars texts shorter than this pass untouched, in UTF-16 units; ≥ 0, default 200
 * @param roles roles whose messages may be compressed; default system, developer, user, tool
 * @param threads threads that compress at once; ≥ 1, default 2
 * @param queue calls that may wait for a thread, more pass uncompressed; ≥ 1, default 256
 */
public record CompressionProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("o200k_base") String encoding,
    @DefaultValue("200") int minimumChars,
    @DefaultValue({"system", "developer", "user", "tool"}) Set<String> roles,
    @DefaultValue("2") int threads,
    @DefaultValue("256") int queue) {

  /** Checks the ranges. */
  public CompressionProperties {
    roles = Set.copyOf(roles);
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
}
