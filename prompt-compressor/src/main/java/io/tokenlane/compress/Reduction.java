package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Grammar reduction: takes words out of prose that a reader supplies by himself, with the blank
 * before them, or behind them at the start of a line. What is no prose ({@link Prose}), numbers,
 * negations and modals stay, and so does what stands beside a negation or modal and means anything
 * there; a capital A may be a label. What was taken comes back from a {@link Sidecar}.
 *
 * @param text what is left
 */
record Reduction(String text, Sidecar sidecar) {
  /** How much may go. */
  enum Level {
    /** Articles, forms of to be, pronouns, prepositions, fillers. */
    SAFE(Rule.GRAMMAR_SAFE),
    /** Also words that tell little, commas between words, bullets of long lines. */
    AGGRESSIVE(Rule.GRAMMAR_AGGRESSIVE),
    /** Then also the words of the {@link Background}: content is lost to the model. */
    BACKGROUND(Rule.BACKGROUND_WORDS);

    private final Rule rule;

    Level(Rule rule) {
      this.rule = rule;
    }

    Rule rule() {
      return rule;
    }
  }

  /** A word; a comma between words; a bullet. */
  private static final Pattern WORD =
      Pattern.compile(
          "(?<![^\\s(])[A-Za-z]+(?:['’][a-z]+)?+|(?<=[a-z]),(?= [a-z])|(?m:^[-*] (?=\\w))");

  private static final Pattern NEIGHBOUR = Pattern.compile(" ([A-Za-z]+(?:['’][a-z]+)?+)");

  /** In UTF-16 units; a shorter text says each thing once, so it is reduced as if to be safe. */
  private static final int SHORT = 200;

  private static final int LONG_LINE = 40;
  private static final String SIGNS = ",.;:!?-";
  private static final String ENDS = " .,:;!?)\n";
  private static final int MOST_PASSES = 8;

  /**
   * Again and again until no more goes, so that reducing the result would change nothing. The
   * background goes when grammar has nothing more to take: only then is it seen what stands beside
   * a negation or modal.
   */
  static Reduction of(String text, Level level, Protection protection, TokenCounter counter) {
    Deque<Sidecar.Writer> passes = new ArrayDeque<>();
    Level most = text.length() < SHORT ? Level.SAFE : level;
    @Nullable Background background = most == Level.BACKGROUND ? new Background(counter) : null;
    BitSet guarded = Prose.guarded(text, protection);
    boolean deep = false;
    String left = text;
    while (passes.size() < MOST_PASSES) {
      Pass pass = new Pass(left, guarded, most, deep ? background : null);
      String next = pass.run();
      if (next.length() < left.length()) {
        passes.push(pass.taken);
        left = next;
        guarded = Prose.guarded(left, protection);
        deep = false;
      } else if (deep || background == null) {
        break;
      } else {
        deep = true;
      }
    }
    return passes.isEmpty()
        ? new Reduction(text, Sidecar.NONE)
        : new Reduction(left, Sidecar.Writer.deflated(passes));
  }

  /** Whether a blank and then a word that turns what is before it stand here. */
  static boolean turnsBefore(CharSequence text, int at) {
    Matcher next = NEIGHBOUR.matcher(text).region(at, text.length());
    return next.lookingAt() && Words.isTurning(Words.plain(next.group(1)));
  }

  /** Once through a text. */
  static final class Pass {
    private final String text;
    private final BitSet guarded;

    /** Whether more may go than what is safe. */
    private final boolean further;

    private final @Nullable Background background;
    private final Sidecar.Writer taken = new Sidecar.Writer();
    private final StringBuilder out = new StringBuilder();
    private int copied;
    private int last;

    /** Until where the sentence that was looked at goes, and whether it asks. */
    private int sentence;

    private boolean asks;

    Pass(String text, BitSet guarded, Level level, @Nullable Background background) {
      this.text = text;
      this.guarded = guarded;
      this.further = level != Level.SAFE;
      this.background = background;
    }

    /** What is left. */
    String run() {
      Matcher word = WORD.matcher(text);
      boolean turned = false;
      while (word.find()) {
        String plain = Words.plain(word.group());
        boolean turns = turned || turnsBefore(text, word.end());
        turned = Words.isTurning(plain);
        @Nullable Span gone = gone(word, plain, turns);
        if (gone != null && gone.start() >= copied && isFree(gone)) {
          take(gone);
        }
      }
      return out.append(text, copied, text.length()).toString();
    }

    private @Nullable Span gone(Matcher word, String plain, boolean turns) {
      if (!Character.isLetter(plain.charAt(0))) {
        return further && !isAsked(word.end()) ? sign(word) : null;
      }
      return mayGo(word, plain, turns) ? place(word.start(), word.end()) : null;
    }

    /** A bullet only of a line that is long, since short ones may be data. */
    private @Nullable Span sign(Matcher sign) {
      boolean goes = sign.group().equals(",") || isLong(sign.start());
      return goes ? new Span(sign.start(), sign.end()) : null;
    }

    private boolean isLong(int line) {
      int end = text.indexOf('\n', line);
      return (end < 0 ? text.length() : end) - line > LONG_LINE;
    }

    private boolean mayGo(Matcher word, String plain, boolean turns) {
      boolean more = further && !isAsked(word.end());
      Level most = more ? Level.AGGRESSIVE : Level.SAFE;
      if ((turns && !Words.isLight(plain, most)) || word.group().equals("A")) {
        return false;
      }
      return isGrammar(plain) || (more && (Words.mayGo(plain, most) || tellsLittle(word, plain)));
    }

    /** A question is what the text is for. */
    private boolean isAsked(int at) {
      while (sentence < at) {
        sentence++;
        while (sentence < text.length() && ".!?\n".indexOf(text.charAt(sentence)) < 0) {
          sentence++;
        }
        asks = sentence < text.length() && text.charAt(sentence) == '?';
      }
      return asks;
    }

    private static boolean isGrammar(String plain) {
      return Words.mayGo(plain, Level.SAFE);
    }

    /** A word of the background that is no name, stands beside no number and turns nothing. */
    private boolean tellsLittle(Matcher word, String plain) {
      return background != null
          && word.group().equals(plain)
          && plain.length() > 1
          && !isDigit(word.start() - 2)
          && !isDigit(word.end() + 1)
          && !Words.isTurning(plain)
          && background.holds(plain);
    }

    private boolean isDigit(int at) {
      return at >= 0 && at < text.length() && Character.isDigit(text.charAt(at));
    }

    /**
     * The word with a blank, if it stands after one blank, before no hyphen, and is not all that a
     * line says; or if a line of words begins with it.
     */
    private @Nullable Span place(int start, int end) {
      if (end < text.length() && ENDS.indexOf(text.charAt(end)) < 0) {
        return null;
      }
      if (start == 0 || text.charAt(start - 1) == '\n') {
        return beginsLine(end) ? new Span(start, end + 1) : null;
      }
      boolean afterWord =
          start > 1
              && text.charAt(start - 1) == ' '
              && !Character.isWhitespace(text.charAt(start - 2));
      boolean all =
          afterWord
              && ":=-|".indexOf(text.charAt(start - 2)) >= 0
              && (end == text.length() || text.charAt(end) == '\n');
      return afterWord && !all ? new Span(start - 1, end) : null;
    }

    private boolean beginsLine(int end) {
      return end + 1 < text.length()
          && text.charAt(end) == ' '
          && Character.isLetter(text.charAt(end + 1));
    }

    private boolean isFree(Span span) {
      return guarded.get(span.start(), span.end()).isEmpty();
    }

    private void take(Span gone) {
      out.append(text, copied, gone.start());
      copied = gone.end() + (further && isAlone(gone.end()) ? 1 : 0);
      taken.taken(out.length() - last, text.substring(gone.start(), copied));
      last = out.length();
    }

    /** Whether the sign here would stand behind another one, or begin a line, without its word. */
    private boolean isAlone(int sign) {
      return sign < text.length()
          && SIGNS.indexOf(text.charAt(sign)) >= 0
          && !guarded.get(sign)
          && (sign + 1 == text.length() || Character.isWhitespace(text.charAt(sign + 1)))
          && !out.isEmpty()
          && SIGNS.indexOf(out.charAt(out.length() - 1)) >= 0;
    }
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
    for (int left = taken.number(); left > 0; left--) {
      int place = at + taken.number();
      if (place > reduced.length() || place < at) {
        throw new IllegalArgumentException("sidecar: of another text (expected: of this one)");
      }
      out.append(reduced, at, place).append(taken.taken());
      at = place;
    }
    return out.append(reduced, at, reduced.length()).toString();
  }
}
