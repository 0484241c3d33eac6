package io.tokenlane.engine.token;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits at the matches of a regular expression, as Hugging Face tokenizers' {@code Split}.
 *
 * <p>Expressions are those of Oniguruma as vocabularies use them, in Unicode throughout; see {@link
 * Regexes}.
 */
public final class RegexSplit implements PreTokenizer {

  /** What becomes of a match. */
  public enum Behavior {
    /** It is a piece. */
    ISOLATED,
    /** It is dropped. */
    REMOVED,
    /** It ends the piece before it. */
    MERGED_WITH_PREVIOUS,
    /** It starts the piece behind it. */
    MERGED_WITH_NEXT,
    /** Matches that touch are one piece. */
    CONTIGUOUS
  }

  private final Pattern pattern;
  private final Behavior behavior;
  private final boolean invert;
  private final boolean trusted;

  /**
   * An expression that is trusted to end soon on any text only if it is a well-known one.
   *
   * @param invert whether what lies between matches is treated as the matches
   * @throws TokenizerException if the expression is malformed
   */
  public RegexSplit(String regex, Behavior behavior, boolean invert) {
    this(Regexes.compile(regex), behavior, invert, GgufPreTokenizers.knows(regex));
  }

  private RegexSplit(Pattern pattern, Behavior behavior, boolean invert, boolean trusted) {
    this.trusted = trusted;
    this.pattern = pattern;
    this.behavior = behavior;
    this.invert = invert;
  }

  /** Matches, and what lies between them, are pieces; for trusted expressions. */
  public static RegexSplit isolated(String regex) {
    return new RegexSplit(Regexes.compile(regex), Behavior.ISOLATED, false, true);
  }

  @Override
  public PreTokenizer exact() {
    return behavior == Behavior.REMOVED
        ? new RegexSplit(pattern, Behavior.ISOLATED, invert, trusted)
        : this;
  }

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    Pieces pieces = new Pieces(text, from, sink);
    Matcher matcher = pattern.matcher(trusted ? text : new BoundedText(text)).region(from, to);
    int end = from;
    try {
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) {
          pieces.add(end, matcher.start(), invert);
          pieces.add(matcher.start(), matcher.end(), !invert);
          end = matcher.end();
        }
      }
    } catch (StackOverflowError e) {
      // Java's matcher recurses in repeated groups; the vocabulary decides the expression.
      throw new TokenizerException(
          "pre_tokenizer: " + pattern + " recurses too deeply on a text of " + (to - from));
    }
    pieces.add(end, to, invert);
    pieces.finish();
  }

  /** Joins parts as the behaviour says, one part held back. */
  private final class Pieces {
    private final String text;
    private final PieceSink sink;
    private int start;
    private int end;
    private boolean isMatch;

    Pieces(String text, int from, PieceSink sink) {
      this.text = text;
      this.sink = sink;
      start = from;
      end = from;
    }

    void add(int from, int to, boolean match) {
      if (from == to) {
        return;
      }
      if (start < end && joins(match)) {
        end = to;
        isMatch = behavior != Behavior.MERGED_WITH_NEXT && match;
        return;
      }
      finish();
      start = from;
      end = to;
      isMatch = match;
    }

    private boolean joins(boolean match) {
      return switch (behavior) {
        case ISOLATED, REMOVED -> false;
        case MERGED_WITH_PREVIOUS -> match && !isMatch;
        case MERGED_WITH_NEXT -> isMatch && !match;
        case CONTIGUOUS -> match == isMatch;
      };
    }

    void finish() {
      boolean dropped = isMatch && behavior == Behavior.REMOVED;
      if (start < end && !dropped) {
        sink.piece(text, start, end);
      }
      start = end;
    }
  }
}
