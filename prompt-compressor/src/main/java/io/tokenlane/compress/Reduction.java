package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
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
    /** Also every other common word that is no name and follows no number: content is lost. */
    AGGRESSIVE
  }

  private static final Pattern WORD = Pattern.compile("(?<![^\\s(])[A-Za-z]+(?:['’][a-z]+)?+");
  private static final Pattern TAG = Pattern.compile("<[^<>\\n]{1,200}+>");

  /** From a quotation mark that opens, also where marks before it are not in pairs. */
  private static final Pattern QUOTATION = Pattern.compile("(?<!\\w)\"(?=\\S)[^\"\\n]{1,200}+\"");

  private static final Pattern LINE = Pattern.compile("(?:(?!\\\\n)[^\\n])++");
  private static final Pattern NEIGHBOUR = Pattern.compile("\\G ([A-Za-z]+(?:['’][a-z]+)?+)");

  /** A line of a listing, or one that opens a block of a program or imports into it. */
  private static final Pattern CODE_LINE =
      Pattern.compile(
          "(?m)^\\s{0,8}+\\d{1,6}+[:|\\t].*+"
              + "|^[ \\t]*+(?:if|elif|else|for|while|try|except|finally|with|def|class)\\b[^\\n]*+(?<=:)$"
              + "|^[ \\t]*+(?:import|from) [\\w.]++(?: import [^\\n]*+| as \\w++)?+$"
              + "|^[ \\t]*+(?:return|raise|yield|del|await) [\\w.()]++$");

  private static final String CODE_SIGNS = "{}=<>\\|$;";

  /** Words of a lower place in the vocabulary tell little. */
  private static final int COMMON = 40_000;

  private static final String SIGNS = ",.;:!?-";
  private static final int MOST_PASSES = 4;
  private static final double LEAST_PROSE = 0.7;
  private static final int WORDS_PER_SIGN = 12;

  /** Again and again until no more goes, so that reducing the result would change nothing. */
  static Reduction of(String text, Level level, Protection protection, TokenCounter counter) {
    Deque<Sidecar.Writer> passes = new ArrayDeque<>();
    String left = text;
    while (passes.size() < MOST_PASSES) {
      Sidecar.Writer taken = new Sidecar.Writer();
      String next = pass(left, guarded(left, protection), taken, level, counter);
      if (next.length() == left.length()) {
        break;
      }
      passes.push(taken);
      left = next;
    }
    return passes.isEmpty()
        ? new Reduction(text, Sidecar.NONE)
        : new Reduction(left, Sidecar.Writer.deflated(passes));
  }

  /** What is left after one pass. */
  private static String pass(
      String text, BitSet guarded, Sidecar.Writer taken, Level level, TokenCounter counter) {
    StringBuilder out = new StringBuilder();
    Matcher word = WORD.matcher(text);
    Matcher next = NEIGHBOUR.matcher(text);
    String before = "";
    int copied = 0;
    int last = 0;
    while (word.find()) {
      int number = mayGo(text, word, guarded) ? number(text, word, level, counter) : -1;
      boolean turns =
          Words.isTurning(before)
              || (next.find(word.end()) && Words.isTurning(next.group(1).toLowerCase(Locale.ROOT)));
      before = word.group().toLowerCase(Locale.ROOT);
      if (number < 0 || turns || word.start() - 1 < copied) {
        continue;
      }
      out.append(text, copied, word.start() - 1);
      boolean alone = level == Level.AGGRESSIVE && isAlone(text, word.end(), guarded, out);
      copied = word.end() + (alone ? 1 : 0);
      taken.word(
          out.length() - last,
          alone ? Words.count() : number,
          text.substring(word.start(), copied));
      last = out.length();
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** Whether the sign here would stand behind another one, or begin a line, without its word. */
  private static boolean isAlone(String text, int sign, BitSet guarded, CharSequence before) {
    return sign < text.length()
        && SIGNS.indexOf(text.charAt(sign)) >= 0
        && !guarded.get(sign)
        && (sign + 1 == text.length() || Character.isWhitespace(text.charAt(sign + 1)))
        && !before.isEmpty()
        && SIGNS.indexOf(before.charAt(before.length() - 1)) >= 0;
  }

  private static BitSet guarded(String text, Protection protection) {
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

  /** Whether the word stands after one blank, before no hyphen, and is not all that a line says. */
  private static boolean mayGo(String text, Matcher word, BitSet guarded) {
    int start = word.start() - 1;
    int end = word.end();
    if (start < 1
        || text.charAt(start) != ' '
        || Character.isWhitespace(text.charAt(start - 1))
        || (end < text.length() && " .,:;!?)\n".indexOf(text.charAt(end)) < 0)
        || (":=-|".indexOf(text.charAt(start - 1)) >= 0
            && (end == text.length() || text.charAt(end) == '\n'))) {
      return false;
    }
    int guard = guarded.nextSetBit(start);
    return guard < 0 || guard >= end;
  }

  /**
   * The word's number in the sidecar; {@link Words#count} for one without, -1 if it must stay: a
   * rare word, a name, one that follows a number.
   */
  private static int number(String text, Matcher word, Level level, TokenCounter counter) {
    int number = Words.number(word.group(), level);
    if (number >= 0 || level == Level.SAFE) {
      return number;
    }
    boolean stays =
        word.end() - word.start() < 2
            || !Character.isLowerCase(text.charAt(word.start()))
            || Character.isDigit(text.charAt(word.start() - 2))
            || Words.isTurning(word.group())
            || counter.rarity(" " + word.group()) >= COMMON;
    return stays ? -1 : Words.count();
  }

  /**
   * The text that was reduced.
   *
   * @throws IllegalArgumentException if the sidecar is not of this text
   */
  static String restore(String reduced, Sidecar sidecar) {
    Sidecar.Reader taken = new Sidecar.Reader(sidecar);
    String text = reduced;
    while (taken.hasMore()) {
      text = restore(text, taken);
    }
    return text;
  }

  /** One pass back. */
  private static String restore(String reduced, Sidecar.Reader taken) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int words = taken.number(); words > 0; words--) {
      int place = at + taken.number();
      int number = taken.number();
      if (place > reduced.length() || place < at || number < 0 || number > Words.count()) {
        throw new IllegalArgumentException("sidecar: of another text (expected: of this one)");
      }
      String word = number == Words.count() ? taken.text() : Words.word(number);
      out.append(reduced, at, place).append(' ').append(word);
      at = place;
    }
    return out.append(reduced, at, reduced.length()).toString();
  }
}
