package io.tokenlane.compress;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Symbols and the passages they stand for, written before the text they were taken from:
 *
 * <pre>
 * Legend, symbol=text:
 * §=a passage, as it is, line ends included
 * ¶=another
 * ---
 * the text, with § and ¶ in the passages' places
 * </pre>
 *
 * <p>Symbols occur nowhere in the original text, and passages hold no symbols. A legend counts only
 * together with a tag that says so: one that came with the text is text.
 */
final class Legend {
  /** Single characters of one token in the common encodings, rare in prompts. */
  static final String SYMBOLS = "§¶※★☆●■†•¤¦¬↑↓←°µ©®™¿¡«»πλβЖЦЩЯБДЛФ";

  private static final String HEADER = "Legend, symbol=text:\n";
  private static final String END = "---\n";

  private Legend() {}

  /** Whether the text begins as {@link #write} begins. */
  static boolean present(String text) {
    return text.startsWith(HEADER) && startsEntry(text, HEADER.length());
  }

  /** Whether a passage can stand in a legend and be read back. */
  static boolean canHold(String passage) {
    for (int line = passage.indexOf('\n'); line >= 0; line = passage.indexOf('\n', line + 1)) {
      if (startsEntry(passage, line + 1) || passage.startsWith("---", line + 1)) {
        return false;
      }
    }
    return true;
  }

  static String write(Map<Character, String> passages, String body) {
    return passages.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
        .collect(Collectors.joining("", HEADER, END + body));
  }

  /**
   * The original text of what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if the text does not begin with a whole legend
   */
  static String expand(String text) {
    Map<Character, String> passages = new LinkedHashMap<>();
    int body = read(text, passages);
    return replace(text, body, passages);
  }

  /**
   * The passages by their symbols.
   *
   * @throws IllegalArgumentException if the text does not begin with a whole legend
   */
  static Map<Character, String> passages(String text) {
    Map<Character, String> passages = new LinkedHashMap<>();
    var _ = read(text, passages);
    return passages;
  }

  /** Where the text after the legend starts. */
  private static int read(String text, Map<Character, String> passages) {
    int at = HEADER.length();
    while (present(text) && startsEntry(text, at)) {
      int end = endOfEntry(text, at + 2);
      passages.put(text.charAt(at), text.substring(at + 2, end));
      at = end + 1;
    }
    if (!text.startsWith(END, at)) {
      throw new IllegalArgumentException("text: no legend at its start (expected: one)");
    }
    return at + END.length();
  }

  private static String replace(String text, int from, Map<Character, String> passages) {
    StringBuilder out = new StringBuilder();
    for (int i = from; i < text.length(); i++) {
      @Nullable String passage = passages.get(text.charAt(i));
      if (passage == null) {
        out.append(text.charAt(i));
      } else {
        out.append(passage);
      }
    }
    return out.toString();
  }

  private static int endOfEntry(String text, int from) {
    int end = text.indexOf('\n', from);
    while (end >= 0 && !startsEntry(text, end + 1) && !text.startsWith(END, end + 1)) {
      end = text.indexOf('\n', end + 1);
    }
    if (end < 0) {
      throw new IllegalArgumentException("legend: no end (expected: a line ---)");
    }
    return end;
  }

  private static boolean startsEntry(String text, int at) {
    return at + 1 < text.length()
        && SYMBOLS.indexOf(text.charAt(at)) >= 0
        && text.charAt(at + 1) == '=';
  }
}
