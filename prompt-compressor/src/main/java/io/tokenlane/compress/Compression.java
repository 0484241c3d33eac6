package io.tokenlane.compress;

import java.util.List;

/**
 * A text after compression.
 *
 * @param text what to send, legend included; the very text that came if nothing was saved
 * @param tokensBefore tokens of the text that came; 0 if it was left alone uncounted, because the
 *     policy excludes it or counting failed
 * @param tokensAfter tokens of {@code text}; ≤ tokensBefore
 * @param savings what each applied rule brought, in order; empty if the text is unchanged
 * @param tag what {@link PromptCompressor#restore} needs besides the text
 * @param sidecar the words that grammar reduction took; {@link Sidecar#NONE} in lossless modes
 */
public record Compression(
    String text,
    int tokensBefore,
    int tokensAfter,
    List<RuleSaving> savings,
    StyleTag tag,
    Sidecar sidecar) {
  public Compression {
    savings = List.copyOf(savings);
  }

  static Compression untouched(String text, int tokens) {
    return new Compression(text, tokens, tokens, List.of(), StyleTag.NONE, Sidecar.NONE);
  }

  /** Share of tokens saved, 0 to 1: 1 − tokensAfter / tokensBefore; 0 for a text not counted. */
  public double ratio() {
    return tokensBefore == 0 ? 0 : 1 - (double) tokensAfter / tokensBefore;
  }
}
