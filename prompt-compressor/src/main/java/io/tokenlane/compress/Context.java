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
   * @param opens whether the text has to tell its letters
   * @param borrows whether it may use what earlier messages offer
   */
  record Names(String letters, char mark, boolean opens, boolean borrows, boolean quotesTold) {
    Frame frame(boolean quotes) {
      if (opens) {
        Frame.Kind kind = quotes ? Frame.Kind.OPENING_WITH_QUOTES : Frame.Kind.OPENING;
        return new Frame(kind, letters.charAt(0), mark);
      }
      boolean tell = quotes && !quotesTold;
      return new Frame(tell ? Frame.Kind.QUOTES : Frame.Kind.AGAIN, (char) 0, mark);
    }
  }

  /** Null if the text can name nothing. */
  @Nullable Names namesFor(String text, TokenCounter counter) {
    if (closed) {
      return null;
    }
    boolean quotable = text.indexOf(Frame.QUOTE) < 0;
    Alphabet told = alphabet;
    if (told != null && quotable && text.indexOf(mark) < 0 && !told.isIn(text)) {
      String letters = told.letters(counter);
      return new Names(
          letters.substring(Math.min(named, letters.length())), mark, false, true, quotesTold);
    }
    Alphabet own = Alphabet.freeIn(told == null ? scripts + text : text, counter);
    char ownMark = Frame.freeMark(text);
    return own == null || ownMark == 0
        ? null
        : new Names(own.letters(counter), ownMark, true, told == null && quotable, false);
  }

  /** The alphabet of a text with this frame; null if there can be none. */
  @Nullable Alphabet alphabet(Frame frame) {
    if (frame.opens()) {
      return Alphabet.of(frame.letter());
    }
    return frame.mark() == mark ? alphabet : null;
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
    quotesTold |= frame.kind() != Frame.Kind.OPENING && frame.kind() != Frame.Kind.AGAIN;
    pending.add(new Learnt(read.text(), read.named(), trusted));
  }

  /** A message came that begins like one with names: from here on nothing is named. */
  void close() {
    closed = true;
  }
}
