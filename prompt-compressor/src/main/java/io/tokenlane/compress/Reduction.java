package io.tokenlane.compress;

import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Grammar reduction: takes words out of prose that a reader supplies by himself, with the blank
 * before them. Code, data, quotations, URLs, placeholders, tags, lines that look like code,
 * numbers, negations and modals stay, and so does what stands beside a negation or modal. What was
 * taken comes back from a {@link Sidecar}.
 *
 * @param text what is left
 */
record Reduction(String text, Sidecar sidecar) {
  /** How much may go. */
  enum Level {
    /** Articles, forms of to be, fillers. */
    SAFE,
    /** Also prepositions, pronouns, connectives and common words without much content. */
    AGGRESSIVE
  }

  private static final Pattern WORD = Pattern.compile("(?<![^\\s(])[A-Za-z]+(?:['’][a-z]+)?+");
  private static final Pattern TAG = Pattern.compile("<[^<>\\n]{1,200}+>");

  /** From a quotation mark that opens, also where marks before it are not in pairs. */
  private static final Pattern QUOTATION = Pattern.compile("(?<!\\w)\"(?=\\S)[^\"\\n]{1,200}+\"");

  private static final Pattern LINE = Pattern.compile("(?:(?!\\\\n)[^\\n])++");
  private static final Pattern NEIGHBOUR = Pattern.compile("\\G ([A-Za-z]+(?:['’][a-z]+)?+)");
  private static final String CODE_SIGNS = "{}=<>\\|$;";
  private static final double LEAST_PROSE = 0.7;
  private static final int WORDS_PER_SIGN = 12;

  static Reduction of(String text, Level level, Protection protection) {
    BitSet guarded = Guards.ofMeaning(text);
    guarded.or(protection.in(text));
    mark(guarded, TAG, text);
    mark(guarded, QUOTATION, text);
    guardCode(guarded, text);
    StringBuilder out = new StringBuilder();
    Sidecar.Writer taken = new Sidecar.Writer();
    Matcher word = WORD.matcher(text);
    Matcher next = NEIGHBOUR.matcher(text);
    String before = "";
    int copied = 0;
    int last = 0;
    while (word.find()) {
      int number = mayGo(text, word, guarded, level);
      boolean turns =
          Words.isTurning(before)
              || (next.find(word.end()) && Words.isTurning(next.group(1).toLowerCase(Locale.ROOT)));
      before = word.group().toLowerCase(Locale.ROOT);
      if (number < 0 || turns || word.start() - 1 < copied) {
        continue;
      }
      out.append(text, copied, word.start() - 1);
      taken.number(out.length() - last);
      taken.number(number);
      last = out.length();
      copied = word.end();
    }
    out.append(text, copied, text.length());
    return copied == 0
        ? new Reduction(text, Sidecar.NONE)
        : new Reduction(out.toString(), taken.deflated());
  }

  private static void mark(BitSet guarded, Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      guarded.set(matcher.start(), matcher.end());
    }
  }

  private static void guardCode(BitSet guarded, String text) {
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
    for (int i = guarded.nextSetBit(line.start());
        i >= 0 && i < line.end();
        i = guarded.nextSetBit(i + 1)) {
      masked.setCharAt(i - line.start(), 'x');
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
    for (String word : line.strip().split("\\s+")) {
      words++;
      plain += word.matches("[(“‘*]*[A-Za-z’'-]+[.,:!?)*”’]*") ? 1 : 0;
    }
    return plain >= LEAST_PROSE * words && signs * WORDS_PER_SIGN <= words;
  }

  /** The word's number if it is one that may go here, after one blank and before no hyphen. */
  private static int mayGo(String text, Matcher word, BitSet guarded, Level level) {
    int start = word.start() - 1;
    int end = word.end();
    if (start < 1
        || text.charAt(start) != ' '
        || Character.isWhitespace(text.charAt(start - 1))
        || (end < text.length() && " .,:;!?)\n".indexOf(text.charAt(end)) < 0)) {
      return -1;
    }
    int guard = guarded.nextSetBit(start);
    return guard >= 0 && guard < end ? -1 : Words.number(word.group(), level);
  }

  /**
   * The text that was reduced.
   *
   * @throws IllegalArgumentException if the sidecar is not of this text
   */
  static String restore(String reduced, Sidecar sidecar) {
    StringBuilder out = new StringBuilder();
    Sidecar.Reader taken = new Sidecar.Reader(sidecar);
    int at = 0;
    while (taken.hasMore()) {
      int place = at + taken.number();
      int number = taken.number();
      if (place > reduced.length() || place < at || number >= Words.count()) {
        throw new IllegalArgumentException("sidecar: of another text (expected: of this one)");
      }
      out.append(reduced, at, place).append(' ').append(Words.word(number));
      at = place;
    }
    return out.append(reduced, at, reduced.length()).toString();
  }
}
