package io.tokenlane.compress;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a text that must reach the model as they are: fenced and inline code, JSON, quoted
 * strings, URLs, placeholders, rows of tables.
 */
final class Guards {
  /** Every repetition is bounded or cannot give back, so that matching is linear. */
  private static final Pattern SPANS =
      Pattern.compile(
          """
          (?m:^[ ]{0,3}+\\|[^\\n]*+)\
          |https?://[^\\s<>"')\\]]++\
          |\\{\\{[^{}\\n]{0,200}+\\}\\}\
          |\\{%[^%\\n]{0,200}+%\\}\
          |\\$?\\{[A-Za-z_][\\w.]{0,100}+\\}\
          |`[^`\\n]{1,200}+`\
          |"[^"\\n]{1,200}+"\
          |“[^”\\n]{1,200}+”\
          """);

  private Guards() {}

  /** One bit for each UTF-16 unit of the text. */
  static BitSet of(String text) {
    BitSet guarded = new BitSet(text.length());
    mark(guarded, Fences.code(text));
    mark(guarded, JsonScanner.blocks(text));
    markSpans(guarded, text);
    return guarded;
  }

  /** The same, but for the insides of JSON strings that are so long that they are texts. */
  static BitSet ofMeaning(String text) {
    BitSet guarded = new BitSet(text.length());
    mark(guarded, JsonScanner.blocks(text));
    LongStrings.in(text).forEach(inside -> guarded.clear(inside.start(), inside.end()));
    mark(guarded, Fences.code(text));
    markSpans(guarded, text);
    return guarded;
  }

  private static void markSpans(BitSet guarded, String text) {
    Matcher matcher = SPANS.matcher(text);
    while (matcher.find()) {
      guarded.set(matcher.start(), matcher.end());
    }
  }

  private static void mark(BitSet guarded, List<Span> spans) {
    for (Span span : spans) {
      guarded.set(span.start(), span.end());
    }
  }
}
