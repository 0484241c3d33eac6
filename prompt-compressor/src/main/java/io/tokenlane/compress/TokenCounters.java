package io.tokenlane.compress;

/** The encodings known by name. */
public final class TokenCounters {
  /** The encoding of GPT-4o and later. */
  public static final String DEFAULT = "o200k_base";

  private TokenCounters() {}

  /**
   * A counter for {@code o200k_base} or {@code cl100k_base}. Cheap: the vocabulary is loaded by the
   * first count, once per process.
   *
   * @throws IllegalArgumentException if the name is unknown
   */
  public static TokenCounter named(String encoding) {
    return JtokkitCounter.of(encoding);
  }
}
