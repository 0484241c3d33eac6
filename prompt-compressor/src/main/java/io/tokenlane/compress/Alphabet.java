package io.tokenlane.compress;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The letters of one script, used as names in a text that holds none of them.
 *
 * @param first the script's first character
 * @param last its last
 */
record Alphabet(char first, char last) {
  /** In the order in which they are tried. */
  private static final List<Alphabet> ALL =
      List.of(
          new Alphabet('가', '힣'),
          new Alphabet('一', '鿿'),
          new Alphabet('А', 'я'),
          new Alphabet('ぁ', 'ヺ'),
          new Alphabet('ก', '๛'),
          new Alphabet('א', 'ת'));

  private static final int MOST = 600;
  private static final int PLENTY = 300;
  private static final Map<String, String> LETTERS = new ConcurrentHashMap<>();

  boolean holds(char c) {
    return c >= first && c <= last;
  }

  /** Whether the text has a letter of this. */
  boolean isIn(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (holds(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /** One letter of each alphabet that the text has letters of. */
  static String scriptsOf(String text) {
    return ALL.stream()
        .filter(alphabet -> alphabet.isIn(text))
        .map(alphabet -> String.valueOf(alphabet.first()))
        .collect(Collectors.joining());
  }

  /** The alphabet that a letter is of; null if it is of none. */
  static @Nullable Alphabet of(char letter) {
    return ALL.stream().filter(alphabet -> alphabet.holds(letter)).findFirst().orElse(null);
  }

  /**
   * The alphabet of which the text has no letter: the first with plenty of letters, else that with
   * the most; null if the text has some of each.
   */
  static @Nullable Alphabet freeIn(String text, TokenCounter counter) {
    Alphabet richest = null;
    for (Alphabet alphabet : ALL) {
      if (alphabet.isIn(text)) {
        continue;
      }
      int letters = alphabet.letters(counter).length();
      if (letters >= PLENTY) {
        return alphabet;
      }
      richest = richest == null || letters > richest.letters(counter).length() ? alphabet : richest;
    }
    return richest;
  }

  /** Those letters that are one token, at most {@value #MOST}. */
  String letters(TokenCounter counter) {
    return LETTERS.computeIfAbsent(
        counter.encoding() + first,
        _ ->
            IntStream.rangeClosed(first, last)
                .mapToObj(c -> String.valueOf((char) c))
                .filter(letter -> Character.isLetter(letter.charAt(0)))
                .filter(letter -> counter.count(letter) == 1)
                .limit(MOST)
                .collect(Collectors.joining()));
  }
}
