package io.tokenlane.compress;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a text is no prose, so that no word of it may go: code, data, quotations, URLs,
 * placeholders, tags, listings, and lines that look like code though no fence marks them.
 */
final class Prose {
  private static final Pattern TAG = Pattern.compile("<[^<>\\n]{1,200}+>");

  /** From a quotation mark that opens, also where marks before it are not in pairs. */
  private static final Pattern QUOTATION = Pattern.compile("(?<!\\w)\"(?=\\S)[^\"\\n]{1,200}+\"");

  private static final Pattern LINE = Pattern.compile("(?:(?!\\\\n)[^\\n])++");

  /** A line of a listing, or one that opens a block of a program or imports into it. */
  private static final Pattern CODE_LINE =
      Pattern.compile(
          "(?m)^\\s{0,8}+\\d{1,6}+[:|\\t].*+"
              + "|^[ \\t]*+(?:if|elif|else|for|while|try|except|finally|with|def|class)\\b[^\\n]*+(?<=:)$"
              + "|^[ \\t]*+(?:import|from) [\\w.]++(?: import [^\\n]*+| as \\w++)?+$"
              + "|^[ \\t]*+(?:return|raise|yield|del|await) [\\w.()]++$");

  /** A mark that two neighbouring parts may have goes to the first: it matches as much. */
  private static final Pattern PLAIN_WORD = Pattern.compile("[(“‘*]*+[A-Za-z’'-]++[.,:!?)*”’]*+");

  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final String CODE_SIGNS = "{}=<>\\|$;";

  private static final double LEAST_PROSE = 0.7;
  private static final int WORDS_PER_SIGN = 12;

  private Prose() {}

  /** One bit for each UTF-16 unit that must stay. */
  static BitSet guarded(String text, Protection protection) {
    BitSet guarded = Guards.ofMeaning(text);
    guarded.or(protection.in(text));
    mark(guarded, TAG, text);
    mark(guarded, QUOTATION, text);
    mark(guarded, CODE_LINE, text);
    LineNumbersStage.listed(text).forEach(span -> guarded.set(span.start(), span.end()));
    guardCode(guarded, text);
    return guarded;
  }

  private static void mark(BitSet guarded, Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      guarded.set(matcher.start(), matcher.end());
    }
  }

  static void guardCode(BitSet guarded, String text) {
    Matcher line = LINE.matcher(text);
    while (line.find()) {
      if (!isProse(masked(line, guarded))) {
        guarded.set(line.start(), line.end());
      }
    }
  }

  /** The line with letters in place of what is guarded anyway. */
  private static String masked(Matcher line, BitSet guarded) {
    StringBuilder masked = new StringBuilder(line.group());
    for (int i = line.start(); i < line.end(); i++) {
      if (guarded.get(i)) {
        masked.setCharAt(i - line.start(), 'x');
      }
    }
    return masked.toString();
  }

  /** Most words are words, and no sign of a programming language is there. */
  private static boolean isProse(String line) {
    if (line.startsWith("    ") || line.startsWith("\t")) {
      return false;
    }
    long signs = line.chars().filter(c -> CODE_SIGNS.indexOf(c) >= 0).count();
    int words = 0;
    int plain = 0;
    for (String word : BLANKS.split(line.strip())) {
      words++;
      plain += PLAIN_WORD.matcher(word).matches() ? 1 : 0;
    }
    return plain >= LEAST_PROSE * words && signs * WORDS_PER_SIGN <= words;
  }
}
