package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What earlier messages of a conversation offer to the next: one alphabet of names, the names
 * given, the passages. Texts of the operator (system messages) draw only on texts of the operator.
 * Not for several threads.
 */
final class Context {
  private record Learnt(String text, Map<Character, String> named, boolean trusted) {}

  private final Scope everything = new Scope();
  private final Scope operators = new Scope();
  private final List<Learnt> pending = new ArrayList<>();
  private final StringBuilder scripts = new StringBuilder();
  private @Nullable Alphabet alphabet;
  private char mark;
  private int named;
  private boolean quotesTold;
  private boolean closed;

  /**
   * How a text may name phrases.
   *
   * @param letters those that are free, in order
   * @param first the first letter of their alphabet
   * @param kind what the text has to tell if it quotes nothing
   * @param borrows whether it may use what earlier messages offer
   */
  record Names(
      String letters, char first, char mark, Frame.Kind kind, boolean borrows, boolean quotesTold) {
    Frame frame(boolean quotes) {
      return switch (kind) {
        case OPENING -> new Frame(quotes ? Frame.Kind.OPENING_WITH_QUOTES : kind, first, mark);
        case OTHER_MARK -> quotes && !quotesTold ? quoting() : new Frame(kind, first, mark);
        default -> quotes && !quotesTold ? quoting() : new Frame(kind, (char) 0, mark);
      };
    }

    private Frame quoting() {
      return new Frame(Frame.Kind.QUOTES, (char) 0, mark);
    }
  }

  /** Null if the text can name nothing. */
  @Nullable Names namesFor(String text, TokenCounter counter) {
    if (closed) {
      return null;
    }
    boolean quotable = text.indexOf(Frame.QUOTE) < 0;
    Alphabet told = alphabet;
    boolean sameMark = told != null && text.indexOf(mark) < 0;
    char ownMark = sameMark ? mark : Frame.freeMark(text);
    if (ownMark == 0) {
      return null;
    }
    if (told != null && quotable && !told.isIn(text)) {
      String letters = told.letters(counter);
      String free = letters.substring(Math.min(named, letters.length()));
      Frame.Kind kind = sameMark ? Frame.Kind.AGAIN : Frame.Kind.OTHER_MARK;
      return new Names(free, letters.charAt(0), ownMark, kind, true, quotesTold);
    }
    Alphabet own = Alphabet.freeIn(told == null ? scripts + text : text, counter);
    if (own == null) {
      return null;
    }
    String letters = own.letters(counter);
    boolean borrows = told == null && quotable;
    return new Names(letters, letters.charAt(0), ownMark, Frame.Kind.OPENING, borrows, false);
  }

  /** The alphabet of a text with this frame; null if there can be none. */
  @Nullable Alphabet alphabet(Frame frame) {
    if (frame.opens()) {
      return Alphabet.of(frame.letter());
    }
    boolean fits =
        switch (frame.kind()) {
          case AGAIN -> frame.mark() == mark;
          case OTHER_MARK -> alphabet != null && alphabet.holds(frame.letter());
          default -> true;
        };
    return fits ? alphabet : null;
  }

  Scope scope(boolean trusted) {
    for (Learnt learnt : pending) {
      everything.add(learnt.text(), learnt.named());
      if (learnt.trusted()) {
        operators.add(learnt.text(), learnt.named());
      }
    }
    pending.clear();
    return trusted ? operators : everything;
  }

  /** A message that names nothing. */
  void learn(String text, boolean trusted) {
    scripts.append(alphabet == null ? Alphabet.scriptsOf(text) : "");
    pending.add(new Learnt(text, Map.of(), trusted));
  }

  /** A message with the frame, and what it was read as. */
  void learn(Frame frame, Shorthand.Read read, boolean trusted) {
    if (frame.opens() && alphabet != null) {
      pending.add(new Learnt(read.text(), Map.of(), trusted));
      return;
    }
    if (frame.opens()) {
      alphabet = Alphabet.of(frame.letter());
      mark = frame.mark();
    }
    named += read.named().size();
    quotesTold |=
        frame.kind() == Frame.Kind.QUOTES || frame.kind() == Frame.Kind.OPENING_WITH_QUOTES;
    pending.add(new Learnt(read.text(), read.named(), trusted));
  }

  /** A message came that begins like one with names: from here on nothing is named. */
  void close() {
    closed = true;
  }
}
