package io.tokenlane.bench;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What no reduction may lose: negations, modals, quantifiers, numbers, quotations, code, URLs,
 * placeholders, tags, names with underlines.
 */
final class CriticalSpans {
  private static final Pattern SPAN =
      Pattern.compile(
          "(?i)\\b(?:not|no|never|none|nor|without|cannot|can|could|may|might|must|shall|should"
              + "|will|would|only|except|unless|if|or|all|any|every|each|\\w+n['’]t)\\b"
              + "|\\b\\w*\\d[\\w.,:-]*\\b|(?<!\\w)\"(?=\\S)[^\"\\n]{1,60}\"|`[^`\\n]{1,60}`"
              + "|https?://[^\\s)>\"]+|\\{\\{?[\\w. ]+}}?|<[^<>\\n]{1,60}>|\\b\\w+_\\w+\\b");

  private CriticalSpans() {}

  /** Those of a text, in order. */
  static List<String> of(String text) {
    return SPAN.matcher(text).results().map(MatchResult::group).toList();
  }

  /** How many of the spans stand in the text as whole words, in their order. */
  static int kept(List<String> spans, String text) {
    int kept = 0;
    int at = 0;
    for (String span : spans) {
      Matcher found = Pattern.compile(whole(span)).matcher(text);
      if (found.find(at)) {
        kept++;
        at = found.end();
      }
    }
    return kept;
  }

  private static String whole(String span) {
    boolean word = Character.isLetterOrDigit(span.charAt(0));
    boolean wordAtEnd = Character.isLetterOrDigit(span.charAt(span.length() - 1));
    return (word ? "(?<!\\w)" : "") + Pattern.quote(span) + (wordAtEnd ? "(?!\\w)" : "");
  }
}
