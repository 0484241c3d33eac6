package io.tokenlane.engine.token;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes text before it is split. */
@FunctionalInterface
public interface TextNormalizer {

  /** Leaves the text as it is. */
  TextNormalizer NONE = text -> text;

  /** The changed text. */
  String apply(String text);

  /** One of Unicode's normalisation forms. */
  static TextNormalizer unicode(Normalizer.Form form) {
    return text -> Normalizer.normalize(text, form);
  }

  /** All letters small, each on its own: there is no final sigma. */
  static TextNormalizer lowercase() {
    return text -> {
      StringBuilder small = new StringBuilder(text.length());
      text.codePoints().forEach(c -> small.append(Character.toString(c).toLowerCase(Locale.ROOT)));
      return small.toString();
    };
  }

  /** Text put before any text but the empty one. */
  static TextNormalizer prepend(String prefix) {
    return text -> text.isEmpty() ? text : prefix + text;
  }

  /** Every occurrence of a text replaced. */
  static TextNormalizer replace(String old, String replacement) {
    return text -> text.replace(old, replacement);
  }

  /**
   * Every match of a regular expression replaced.
   *
   * @throws TokenizerException if the expression is malformed
   */
  static TextNormalizer replaceRegex(String regex, String replacement) {
    Pattern pattern = Regexes.compile(regex);
    return text ->
        pattern.matcher(new BoundedText(text)).replaceAll(Matcher.quoteReplacement(replacement));
  }

  /**
   * SentencePiece's table of replacements.
   *
   * @param clusters whether grapheme clusters are replaced whole, as Hugging Face's tokenizers do
   * @throws TokenizerException if the table is cut short
   */
  static TextNormalizer charsMap(byte[] table, boolean clusters) {
    return new CharsMap(table, clusters);
  }

  /** White space taken off one end or both. */
  static TextNormalizer strip(boolean left, boolean right) {
    return text -> {
      int from = 0;
      while (left && from < text.length() && WhiteSpace.is(text.charAt(from))) {
        from++;
      }
      int to = text.length();
      while (right && to > from && WhiteSpace.is(text.charAt(to - 1))) {
        to--;
      }
      return text.substring(from, to);
    };
  }

  /** Spaces, and no other white space, taken off both ends. */
  static TextNormalizer stripSpaces() {
    return text -> {
      int from = 0;
      while (from < text.length() && text.charAt(from) == ' ') {
        from++;
      }
      int to = text.length();
      while (to > from && text.charAt(to - 1) == ' ') {
        to--;
      }
      return text.substring(from, to);
    };
  }

  /** Each of these in turn. */
  static TextNormalizer sequence(List<TextNormalizer> steps) {
    return steps.stream()
        .reduce((first, second) -> text -> second.apply(first.apply(text)))
        .orElse(NONE);
  }
}
