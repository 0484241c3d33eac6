package io.tokenlane.compress;

import java.util.HashMap;
import java.util.Map;

/**
 * Common words, which tell little: a vocabulary is ordered by how often its training text held a
 * token, and a word's self-information grows with the logarithm of its place (Zipf 1949). A word
 * goes wherever it may, so what repeats stays alike; rare words stay.
 */
final class Background {
  /** The last place in the vocabulary that is common. */
  private static final int COMMON = 24_000;

  private final TokenCounter counter;
  private final Map<String, Boolean> known = new HashMap<>();

  Background(TokenCounter counter) {
    this.counter = counter;
  }

  /**
   * @param plain in small letters
   */
  boolean holds(String plain) {
    return known.computeIfAbsent(plain, word -> counter.rarity(" " + word) < COMMON);
  }
}
