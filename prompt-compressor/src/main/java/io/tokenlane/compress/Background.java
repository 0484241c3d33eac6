package io.tokenlane.compress;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Common words that a text is not about: those of a low place in the vocabulary, which tell little
 * (a word's self-information grows with the logarithm of its place, Zipf 1949), and that it uses
 * seldom. What it says again and again is its matter and stays, however common.
 */
final class Background {
  private static final Pattern WORD = Pattern.compile("[A-Za-z]++(?:['’][a-z]+)?+");

  /** The last place in the vocabulary that is common. */
  private static final int COMMON = 40_000;

  /** Uses from which on a word is what the text is about. */
  private static final int MATTER = 10;

  private final TokenCounter counter;
  private final Map<String, Integer> uses = new HashMap<>();

  private Background(TokenCounter counter) {
    this.counter = counter;
  }

  static Background of(String text, TokenCounter counter) {
    Background background = new Background(counter);
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      background.uses.merge(Words.plain(word.group()), 1, Integer::sum);
    }
    return background;
  }

  /**
   * @param plain in small letters
   */
  boolean holds(String plain) {
    return uses.getOrDefault(plain, MATTER) < MATTER && counter.rarity(" " + plain) < COMMON;
  }
}
