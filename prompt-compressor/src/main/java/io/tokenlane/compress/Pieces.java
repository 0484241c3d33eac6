package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text cut where byte-pair tokenizers cut it before they merge: a word with the sign or blank
 * before it, up to three digits, signs with the line ends after them, white space. Ideographs are
 * cut one by one. Equal pieces have equal kinds; placeholders are pieces that equal no other.
 *
 * @param texts the text of each kind
 * @param costs the tokens of each kind
 * @param kinds the kinds of the pieces in order
 */
@SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
record Pieces(List<String> texts, int[] costs, int[] kinds) {
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String PREFIX = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String PLACEHOLDER =
      "(\\{\\{[^{}\\n]{0,200}+\\}\\}|\\{%[^%\\n]{0,200}+%\\}|\\$?\\{[A-Za-z_][\\w.]{0,100}+\\})";
  private static final String SIGN = "(?!\\{\\{|\\{%|\\$?\\{[A-Za-z_])[^\\s\\p{L}\\p{N}]";

  /** In order of preference; the last takes what a placeholder that is none leaves. */
  private static final Pattern PIECE =
      Pattern.compile(
          String.join(
              "|",
              PLACEHOLDER,
              "[\\u2e80-\\u9fff\\uac00-\\ud7a3]",
              PREFIX + UPPER + "*" + LOWER + "++(?:'(?i:s|t|re|ve|m|ll|d))?",
              PREFIX + UPPER + "++" + LOWER + "*+",
              "\\p{N}{1,3}",
              " ?(?:" + SIGN + ")++[\\r\\n/]*+",
              "\\s*[\\r\\n]++",
              "\\s+(?!\\S)",
              "\\s+",
              "(?s:.)"));

  static Pieces of(String text, TokenCounter counter) {
    Map<String, Integer> known = new HashMap<>();
    List<String> texts = new ArrayList<>();
    int[] kinds = new int[text.length()];
    int size = 0;
    Matcher matcher = PIECE.matcher(text);
    while (matcher.find()) {
      String piece = matcher.group();
      boolean placeholder = matcher.start(1) >= 0;
      int kind = placeholder ? texts.size() : known.computeIfAbsent(piece, _ -> texts.size());
      if (kind == texts.size()) {
        texts.add(piece);
      }
      kinds[size++] = kind;
    }
    int[] costs = texts.stream().mapToInt(counter::count).toArray();
    return new Pieces(texts, costs, Arrays.copyOf(kinds, size));
  }
}
