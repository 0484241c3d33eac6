package io.tokenlane.engine.token;

/**
 * Splits at the matches of a regular expression, as Hugging Face tokenizers' {@code Split}.
 *
 * <p>Expressions are those of Oniguruma as vocabularies use them, in Unicode throughout; see {@link
 * Matches}.
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

  private final Matches matches;
  private final Behavior behavior;
  private final boolean invert;

  /**
   * An expression that is trusted to end soon on any text only if it is a well-known one.
   *
   * @param invert whether what lies between matches is treated as the matches
   * @throws TokenizerException if the expression is malformed
   */
  public RegexSplit(String regex, Behavior behavior, boolean invert) {
    this(Matches.of(regex, GgufPreTokenizers.knows(regex)), behavior, invert);
  }

  private RegexSplit(Matches matches, Behavior behavior, boolean invert) {
    this.matches = matches;
    this.behavior = behavior;
    this.invert = invert;
  }

  /** Matches, and what lies between them, are pieces; for trusted expressions. */
  public static RegexSplit isolated(String regex) {
    return new RegexSplit(Matches.of(regex, true), Behavior.ISOLATED, false);
  }

  @Override
  public PreTokenizer exact() {
    return behavior == Behavior.REMOVED ? new RegexSplit(matches, Behavior.ISOLATED, invert) : this;
  }

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    Pieces pieces = new Pieces(text, from, sink);
    matches.find(text, from, to, pieces);
    pieces.addRest(to);
  }

  /** Joins parts as the behaviour says, one part held back. */
  private final class Pieces implements Matches.Sink {
    private final String text;
    private final PieceSink sink;
    private int behind;
    private int start;
    private int end;
    private boolean isMatch;

    Pieces(String text, int from, PieceSink sink) {
      this.text = text;
      this.sink = sink;
      behind = from;
      start = from;
      end = from;
    }

    @Override
    public void match(int from, int to) {
      add(behind, from, invert);
      add(from, to, !invert);
      behind = to;
    }

    void addRest(int to) {
      add(behind, to, invert);
      finish();
    }

    private void add(int from, int to, boolean match) {
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

    private void finish() {
      boolean dropped = isMatch && behavior == Behavior.REMOVED;
      if (start < end && !dropped) {
        sink.piece(text, start, end);
      }
      start = end;
    }
  }
}
