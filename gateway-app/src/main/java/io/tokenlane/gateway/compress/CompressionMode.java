package io.tokenlane.gateway.compress;

/** How far a route's prompts are compressed; each mode holds those before it. */
public enum CompressionMode {
  /** Every prompt passes as it came. */
  OFF,
  /** Templates are rendered; what lossless rules would save is reported, not done. */
  DRY_RUN,
  /** Templates are rendered. */
  T,
  /** Lossless rules too. */
  L,
  /** Grammar reduction too, of articles and fillers. */
  S_SAFE,
  /**
   * Grammar reduction as far as facts stay, then common words, but for {@code background_words:
   * false}.
   */
  S_AGGRESSIVE
}
