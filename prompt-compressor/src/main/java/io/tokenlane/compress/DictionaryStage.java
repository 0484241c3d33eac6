package io.tokenlane.compress;

import org.jspecify.annotations.Nullable;

/**
 * Names every phrase that comes again, in prose, code and data alike, by a letter of a script that
 * the text does not hold. A phrase is named where it first stands, so the text still reads from its
 * start:
 *
 * <pre>
 * Shorthand: 가…^ defines 가.
 * a 가phrase that returns^ and 가
 * </pre>
 *
 * <p>Phrases may hold named phrases. In a conversation, later messages use the names of earlier
 * ones and quote their passages by start and end ({@link Borrowing}). A header counts only together
 * with a tag that says so: one that came with the text is text.
 */
final class DictionaryStage implements Stage {
  private final Context context;
  private final boolean trusted;
  private final int leastGain;

  /**
   * @param trusted whether the text may only draw on texts of the operator
   */
  DictionaryStage(Context context, boolean trusted) {
    this(context, trusted, 0);
  }

  private DictionaryStage(Context context, boolean trusted, int leastGain) {
    this.context = context;
    this.trusted = trusted;
    this.leastGain = leastGain;
  }

  /** For a text on its own: a name that saves nothing there saves nothing later. */
  static DictionaryStage alone() {
    return new DictionaryStage(new Context(), false, 1);
  }

  @Override
  public Rule rule() {
    return Rule.DICTIONARY;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter, Protection protection) {
    Context.Names names = context.namesFor(text, counter);
    if (names == null || text.length() > Shorthand.LONGEST_TEXT) {
      return null;
    }
    Pieces plain = Pieces.of(text, protection.in(text), counter);
    Borrowing borrowing =
        names.borrows()
            ? Borrowing.of(plain, context.scope(trusted), names.mark())
            : Borrowing.none(plain);
    Grammar grammar = Grammar.of(borrowing.pieces(), names.letters().length(), leastGain);
    if (grammar.isPlain() && borrowing.isNothing()) {
      return null;
    }
    Frame frame = names.frame(borrowing.quotes());
    return new Staged(
        frame.header() + Shorthand.write(grammar, names.letters(), names.mark()), new byte[0]);
  }

  @Override
  public String undo(String text, byte[] parameters) {
    if (parameters.length > 0) {
      throw new IllegalArgumentException("text: no shorthand at its start (expected: one)");
    }
    return read(text).text();
  }

  /**
   * @throws IllegalArgumentException if the text is not one that {@link #apply} can write here
   */
  Shorthand.Read read(String text) {
    Frame frame = Frame.of(text);
    Alphabet alphabet = frame == null ? null : context.alphabet(frame);
    if (frame == null || alphabet == null) {
      throw new IllegalArgumentException("text: no shorthand at its start (expected: one)");
    }
    return Shorthand.read(text, frame, alphabet, context.scope(trusted));
  }
}
